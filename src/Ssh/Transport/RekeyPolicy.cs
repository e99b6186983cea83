namespace Teleport.Ssh.Transport;

/// <summary>Says when keys must be exchanged anew (RFC 4253 section 9, RFC 4344 section 3).</summary>
internal sealed class RekeyPolicy(SshTransportOptions options)
{
    private const long MaxPackets = 1L << 31;

    private readonly long _packets = Math.Clamp(options.RekeyPackets, 1, MaxPackets);
    private long _lastExchange = options.TimeProvider.GetTimestamp();

    public bool IsDue(long bytes, long packets) =>
        bytes >= options.RekeyBytes ||
        packets >= _packets ||
        (options.RekeyInterval > TimeSpan.Zero && options.TimeProvider.GetElapsedTime(_lastExchange) >= options.RekeyInterval);

    public void OnExchanged() => _lastExchange = options.TimeProvider.GetTimestamp();
}
