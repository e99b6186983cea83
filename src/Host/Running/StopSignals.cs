using System.Runtime.InteropServices;

namespace Teleport.Host.Running;

/// <summary>Turns signals into orders: the first one drains, the second one ends at once; USR1 asks for the state.</summary>
internal sealed class StopSignals : IDisposable
{
    // Raw numbers of Linux and macOS for signals that .NET has no name for.
    private static readonly PosixSignal User1 = (PosixSignal)(OperatingSystem.IsMacOS() ? 30 : 10);

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TaskCompletionSource<PosixSignal> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _atOnce = new();

    public StopSignals(Action describeState)
    {
        foreach (PosixSignal signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, Stop));
        }

        if (!OperatingSystem.IsWindows())
        {
            _registrations.Add(PosixSignalRegistration.Create(User1, context =>
            {
                context.Cancel = true;
                describeState();
            }));
        }
    }

    /// <summary>Fires at the second signal.</summary>
    public CancellationToken AtOnce => _atOnce.Token;

    /// <summary>Waits for the first signal.</summary>
    /// <returns>How long draining may take: QUIT waits for as long as work lasts.</returns>
    public async Task<TimeSpan> FirstAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        await _first.Task.WaitAsync(cancellationToken) == PosixSignal.SIGQUIT ? Timeout.InfiniteTimeSpan : limit;

    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _atOnce.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_first.TrySetResult(context.Signal))
        {
            _atOnce.Cancel();
        }
    }
}
