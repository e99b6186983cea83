using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>One thread that waits for all terminals, pipes and processes of the node's sessions (epoll, edge-triggered).</summary>
/// <remarks>
/// The base library awaits sockets only; a thread for each terminal and each exit would cost more than the sessions themselves. Safe for
/// use by several threads.
/// </remarks>
internal sealed unsafe class DescriptorLoop : IDisposable
{
    private const int MaxEvents = 128;
    private const long WakeId = 0;

    private readonly ConcurrentDictionary<long, Descriptor> _descriptors = new();
    private readonly SafeFileHandle _epoll;
    private readonly SafeFileHandle _wake;
    private readonly Thread _thread;
    private long _lastId = WakeId;
    private volatile bool _stopping;

    public DescriptorLoop()
    {
        _epoll = Owned(LibC.epoll_create1(LibC.EPOLL_CLOEXEC), "Cannot watch descriptors");
        _wake = Owned(LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK), "Cannot make an event descriptor");
        Control(LibC.EPOLL_CTL_ADD, _wake, LibC.EPOLLIN, WakeId);
        _thread = new Thread(Run) { IsBackground = true, Name = "node descriptors" };
        _thread.Start();
    }

    /// <summary>How many descriptors are watched.</summary>
    public int Count => _descriptors.Count;

    /// <summary>Takes over a descriptor.</summary>
    /// <param name="number">A descriptor that <c>epoll</c> can watch; closed by whoever disposes the result, or here on failure.</param>
    /// <exception cref="IOException">It cannot be watched.</exception>
    public Descriptor Watch(int number)
    {
        var handle = new SafeFileHandle(number, ownsHandle: true);
        long id = Interlocked.Increment(ref _lastId);
        var descriptor = new Descriptor(this, handle, id);
        _descriptors[id] = descriptor;
        try
        {
            int flags = LibC.fcntl(handle, LibC.F_GETFL, 0);
            if (flags < 0 || LibC.fcntl(handle, LibC.F_SETFL, flags | LibC.O_NONBLOCK) != 0)
            {
                throw NativeError.Last("Cannot make a descriptor non-blocking");
            }

            Control(LibC.EPOLL_CTL_ADD, handle, LibC.EPOLLIN | LibC.EPOLLOUT | LibC.EPOLLRDHUP | LibC.EPOLLET, id);
            return descriptor;
        }
        catch
        {
            _descriptors.TryRemove(id, out _);
            handle.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        ulong one = 1;
        if (LibC.write(_wake, (byte*)&one, sizeof(ulong)) == sizeof(ulong))
        {
            _thread.Join();
        }

        foreach (Descriptor descriptor in _descriptors.Values)
        {
            descriptor.Dispose();
        }

        _epoll.Dispose();
        _wake.Dispose();
    }

    internal void Forget(long id, SafeFileHandle handle)
    {
        if (_descriptors.TryRemove(id, out _) && !_epoll.IsClosed)
        {
            byte* unused = stackalloc byte[EpollEvent.Size];
            // Fails only if the kernel forgot the descriptor by itself.
            _ = LibC.epoll_ctl(_epoll, LibC.EPOLL_CTL_DEL, handle, (EpollEvent*)unused);
        }
    }

    private static SafeFileHandle Owned(int number, string what) =>
        number < 0 ? throw NativeError.Last(what) : new SafeFileHandle(number, ownsHandle: true);

    private void Control(int operation, SafeFileHandle handle, uint events, long id)
    {
        byte* change = stackalloc byte[EpollEvent.Size];
        EpollEvent.Write(change, events, id);
        if (LibC.epoll_ctl(_epoll, operation, handle, (EpollEvent*)change) != 0)
        {
            throw NativeError.Last("Cannot watch a descriptor");
        }
    }

    private void Run()
    {
        byte* events = (byte*)NativeMemory.Alloc((nuint)(MaxEvents * EpollEvent.Size));
        while (!_stopping)
        {
            int count = LibC.epoll_wait(_epoll, (EpollEvent*)events, MaxEvents, -1);
            for (int i = 0; i < count; i++)
            {
                (uint what, long id) = EpollEvent.Read(events + (i * EpollEvent.Size));
                // A descriptor closed in between is not found: ids, unlike descriptor numbers, are never used again.
                if (id != WakeId && _descriptors.TryGetValue(id, out Descriptor? descriptor))
                {
                    descriptor.OnEvents(what);
                }
            }
        }

        NativeMemory.Free(events);
    }
}
