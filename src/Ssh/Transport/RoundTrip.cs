namespace Teleport.Ssh.Transport;

/// <summary>How long the way to the peer and back takes: the shortest that was seen, since all else on top is work or queues.</summary>
/// <remarks>Fed by exchanges that wait for nobody: one probe more would cost a message, and each key exchange gives one for nothing.</remarks>
internal sealed class RoundTrip(TimeProvider timeProvider)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    private long _shortestTicks = Longest.Ticks;

    public TimeProvider TimeProvider => timeProvider;

    public TimeSpan Shortest => new(Interlocked.Read(ref _shortestTicks));

    public long Start() => timeProvider.GetTimestamp();

    public void Observe(long start)
    {
        long ticks = timeProvider.GetElapsedTime(start).Ticks;
        long known = Interlocked.Read(ref _shortestTicks);
        while (ticks < known)
        {
            long previous = Interlocked.CompareExchange(ref _shortestTicks, ticks, known);
            if (previous == known)
                return;

            known = previous;
        }
    }
}
