namespace Teleport.Node.Connections;

/// <summary>Counts the bytes of a connection's sessions and forwardings, and knows when the last one passed. Safe for use by several threads.</summary>
internal sealed class ActivityMeter(TimeProvider time)
{
    private long _sent;
    private long _received;
    private long _last = time.GetTimestamp();

    public long Sent => Interlocked.Read(ref _sent);

    public long Received => Interlocked.Read(ref _received);

    /// <summary>For how long no byte has passed.</summary>
    public TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref _last));

    public void OnSent(long bytes)
    {
        Interlocked.Add(ref _sent, bytes);
        Touch();
    }

    public void OnReceived(long bytes)
    {
        Interlocked.Add(ref _received, bytes);
        Touch();
    }

    public void Touch() => Interlocked.Exchange(ref _last, time.GetTimestamp());
}
