using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>A terminal, pipe end or process that is awaited without a thread. One reader and one writer at a time.</summary>
/// <remarks>Disposing wakes both, who then see the end.</remarks>
internal sealed class Descriptor(DescriptorLoop loop, SafeFileHandle handle, long id) : IDisposable
{
    private const int WouldBlock = -1;

    private readonly Readiness _readable = new();
    private readonly Readiness _writable = new();
    private int _disposed;

    public SafeFileHandle Handle => handle;

    /// <summary>Waits until there may be something to read. No buffer is held meanwhile.</summary>
    public ValueTask WaitReadableAsync() => _readable.WaitAsync();

    /// <summary>Has whoever waits, or waits next, look whether there is something to read.</summary>
    public void Wake() => _readable.Signal();

    /// <summary>Reads what is there.</summary>
    /// <returns>The number of bytes, 0 at the end, or <c>null</c> when there is nothing yet.</returns>
    /// <exception cref="IOException">The descriptor broke.</exception>
    public int? TryRead(Span<byte> buffer)
    {
        int count = Read(buffer);
        return count == WouldBlock ? null : count;
    }

    /// <summary>Reads at least a byte, or 0 at the end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        while (true)
        {
            int count = Read(buffer.Span);
            if (count != WouldBlock)
            {
                return count;
            }

            await WaitReadableAsync();
        }
    }

    /// <summary>Writes everything.</summary>
    /// <returns><c>false</c>: nobody reads any more.</returns>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Write(bytes.Span);
            if (count == 0)
            {
                return false;
            }

            if (count == WouldBlock)
            {
                await _writable.WaitAsync();
                continue;
            }

            bytes = bytes[count..];
        }

        return true;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            loop.Forget(id, handle);
            handle.Dispose();
            _readable.Close();
            _writable.Close();
        }
    }

    internal void OnEvents(uint events)
    {
        if ((events & (LibC.EPOLLIN | LibC.EPOLLRDHUP | LibC.EPOLLHUP | LibC.EPOLLERR)) != 0)
        {
            _readable.Signal();
        }

        if ((events & (LibC.EPOLLOUT | LibC.EPOLLHUP | LibC.EPOLLERR)) != 0)
        {
            _writable.Signal();
        }
    }

    private unsafe int Read(Span<byte> buffer)
    {
        try
        {
            while (true)
            {
                nint count;
                fixed (byte* pointer = buffer)
                {
                    count = LibC.read(handle, pointer, (nuint)buffer.Length);
                }

                if (count >= 0)
                {
                    return (int)count;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case LibC.EINTR:
                        continue;
                    case LibC.EAGAIN:
                        return WouldBlock;
                    case LibC.EIO:
                        // How a terminal says that its last process has gone.
                        return 0;
                    default:
                        throw NativeError.Last("Cannot read from a process");
                }
            }
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    private unsafe int Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (true)
            {
                nint count;
                fixed (byte* pointer = bytes)
                {
                    count = LibC.write(handle, pointer, (nuint)bytes.Length);
                }

                if (count > 0)
                {
                    return (int)count;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case LibC.EINTR:
                        continue;
                    case LibC.EAGAIN:
                        return WouldBlock;
                    case LibC.EIO or LibC.EPIPE:
                        return 0;
                    default:
                        throw NativeError.Last("Cannot write to a process");
                }
            }
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }
}
