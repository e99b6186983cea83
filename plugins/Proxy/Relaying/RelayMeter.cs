namespace Teleport.Proxy.Relaying;

/// <summary>Counts what a relayed connection moves, both ways, and when it last did.</summary>
internal sealed class RelayMeter(TimeProvider time)
{
    private long _bytes;
    private long _last = time.GetTimestamp();

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>How long nothing moved.</summary>
    public TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref _last));

    public void Count(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Exchange(ref _last, time.GetTimestamp());
        ProxyMetrics.Bytes.Add(bytes);
    }
}
