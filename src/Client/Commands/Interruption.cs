using System.Runtime.InteropServices;
using Teleport.Client.Terminals;

namespace Teleport.Client.Commands;

/// <summary>Ends the running command when the user or the system asks for it, with the terminal as it was before.</summary>
internal sealed class Interruption : IDisposable
{
    private const int SignalStatus = 128;

    /// <summary>How long a command may take to clean up.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() => _signals =
    [
        .. new[] { (PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15) }
            .Select(signal => PosixSignalRegistration.Create(signal.Item1, context => Stop(context, SignalStatus + signal.Item2))),
    ];

    /// <summary>Set when the command has to end.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The exit status of an interrupted command, as shells have it.</summary>
    public int Status { get; private set; } = SignalStatus + 2;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context, int status)
    {
        context.Cancel = true;
        TerminalMode.RestoreAll();
        if (_stop.IsCancellationRequested)
        {
            // Asked a second time: at once.
            Environment.Exit(status);
        }

        Status = status;
        _stop.Cancel();
        // A command that does not listen ends all the same.
        _ = Task.Delay(Grace, CancellationToken.None).ContinueWith(_ => Environment.Exit(status), TaskScheduler.Default);
    }
}
