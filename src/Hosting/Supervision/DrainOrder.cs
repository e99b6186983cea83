namespace Teleport.Hosting.Supervision;

/// <summary>In which order roles end: all that use the auth role before the auth role, as they have their last events to tell it.</summary>
internal sealed class DrainOrder(TimeProvider time) : IDisposable
{
    private const string Last = "auth";
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _last = new();
    private readonly CancellationTokenSource _abort = new();

    /// <summary>Fires when everything must end at once.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>Fires when a role should finish.</summary>
    public CancellationToken TokenFor(string role) => role == Last ? _last.Token : _first.Token;

    /// <summary>Lets the roles finish.</summary>
    /// <returns>Whether all did, in time and unforced.</returns>
    public async Task<bool> DrainAsync(RoleBoard board, Task roles, TimeSpan limit, CancellationToken atOnce)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(atOnce);
        using ITimer? timer = limit == Timeout.InfiniteTimeSpan
            ? null
            : time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), limited, limit, Timeout.InfiniteTimeSpan);
        try
        {
            await _first.CancelAsync();
            await board.WaitAsync(static all => all.All(static r => r.Name == Last || r.State is RoleState.Stopped or RoleState.Failed), limited.Token);
            await _last.CancelAsync();
            await roles.WaitAsync(limited.Token);
            return true;
        }
        catch (OperationCanceledException) when (limited.IsCancellationRequested)
        {
            await _last.CancelAsync();
            await _abort.CancelAsync();
            await roles.WaitAsync(AbortLimit, CancellationToken.None);
            return false;
        }
    }

    public void Dispose()
    {
        _first.Dispose();
        _last.Dispose();
        _abort.Dispose();
    }
}
