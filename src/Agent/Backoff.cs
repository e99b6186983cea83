namespace Teleport.Agent;

/// <summary>How long to wait before the next attempt: from half a second, doubling, to a minute, each by a random part, so that many hosts do not come at once.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private TimeSpan _next = First;

    /// <summary>Waits.</summary>
    /// <returns>How long it waited.</returns>
    public async Task<TimeSpan> WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan delay = _next * (0.5 + (System.Security.Cryptography.RandomNumberGenerator.GetInt32(1000) / 1000.0));
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        await Task.Delay(delay, time, cancellationToken);
        return delay;
    }

    /// <summary>Begins anew, after something worked.</summary>
    public void Reset() => _next = First;
}
