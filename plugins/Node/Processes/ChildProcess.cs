using System.Globalization;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>A process that the helper became, leader of a session of its own.</summary>
/// <remarks>Safe for use by several threads. Whoever started it disposes it after <see cref="Exited"/>.</remarks>
internal sealed class ChildProcess : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Descriptor _pidDescriptor;
    private bool _reaped;

    private ChildProcess(int pid, Descriptor pidDescriptor)
    {
        (Pid, _pidDescriptor) = (pid, pidDescriptor);
        Exited = WaitAsync();
    }

    /// <summary>Its id, which is that of its session and first process group too.</summary>
    public int Pid { get; }

    /// <summary>Ends when the process has ended. Never faults.</summary>
    public Task<ProcessExit> Exited { get; }

    /// <summary>Takes over a child that was just started.</summary>
    public static unsafe ChildProcess Of(int pid, DescriptorLoop loop)
    {
        int descriptor = (int)LibC.syscall(LibC.SYS_pidfd_open, pid, 0);
        if (descriptor < 0)
        {
            IOException error = NativeError.Last("Cannot watch a process (Linux 5.3 or later is needed)");
            _ = LibC.kill(pid, SignalNames.Kill);
            int status;
            _ = LibC.waitpid(pid, &status, 0);
            throw error;
        }

        return new ChildProcess(pid, loop.Watch(descriptor));
    }

    /// <summary>Signals the process and everything in its first process group.</summary>
    /// <returns><c>false</c>: it is gone.</returns>
    public bool Signal(int signal)
    {
        lock (_gate)
        {
            // Not after it was reaped: its number may be another's by then.
            return !_reaped && LibC.kill(-Pid, signal) == 0;
        }
    }

    /// <summary>Tells every process of the session that its user is gone, background and stopped jobs too.</summary>
    public void HangUp()
    {
        lock (_gate)
        {
            if (_reaped)
            {
                return;
            }

            _ = LibC.kill(-Pid, SignalNames.Hangup);
            _ = LibC.kill(-Pid, SignalNames.Continue);
            foreach (int member in SessionMembers())
            {
                // Gone already, or not ours to signal: both are fine.
                _ = LibC.kill(member, SignalNames.Hangup);
                _ = LibC.kill(member, SignalNames.Continue);
            }
        }
    }

    public void Dispose() => _pidDescriptor.Dispose();

    private async Task<ProcessExit> WaitAsync()
    {
        while (true)
        {
            await _pidDescriptor.WaitReadableAsync();
            if (TryReap() is { } exit)
            {
                return exit;
            }
        }
    }

    private unsafe ProcessExit? TryReap()
    {
        lock (_gate)
        {
            int status;
            int result = LibC.waitpid(Pid, &status, LibC.WNOHANG);
            if (result == 0)
            {
                return null;
            }

            _reaped = true;
            // A failure means that somebody else has reaped it: it ended, how is not known.
            return result == Pid ? ProcessExit.FromWaitStatus(status) : new ProcessExit(255, 0, CoreDumped: false);
        }
    }

    /// <summary>Processes whose session is this one's. Only its own descendants can be in it.</summary>
    private List<int> SessionMembers()
    {
        var members = new List<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && pid != Pid && SessionOf(folder) == Pid)
            {
                members.Add(pid);
            }
        }

        return members;
    }

    private static int? SessionOf(string folder)
    {
        try
        {
            // pid (name) state ppid pgrp session ...; the name may contain blanks and parentheses.
            ReadOnlySpan<char> stat = File.ReadAllText(folder + "/stat");
            Span<Range> fields = stackalloc Range[6];
            ReadOnlySpan<char> rest = stat[(stat.LastIndexOf(')') + 1)..];
            return rest.Split(fields, ' ') == 6 && int.TryParse(rest[fields[4]], NumberStyles.None, CultureInfo.InvariantCulture, out int session)
                ? session
                : null;
        }
        catch (IOException)
        {
            // It ended while we looked.
            return null;
        }
    }
}
