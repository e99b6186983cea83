namespace Teleport.Ssh;

/// <summary>What client and server connections have in common: algorithms, limits, clock.</summary>
public sealed record SshTransportOptions
{
    /// <summary>The defaults.</summary>
    public static SshTransportOptions Default { get; } = new();

    /// <summary>The algorithms to offer.</summary>
    public SshAlgorithms Algorithms { get; init; } = SshAlgorithms.Default;

    /// <summary>What follows <c>SSH-2.0-</c> in the version line: printable US-ASCII without blanks and minus signs at the start.</summary>
    public string SoftwareVersion { get; init; } = "Teleport";

    /// <summary>How long version exchange, key exchange and authentication may take together: the login grace time.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a later key exchange may take before the connection is closed.</summary>
    public TimeSpan RekeyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Keys are exchanged anew after this many bytes in either direction; at least 1 MiB in production.</summary>
    public long RekeyBytes { get; init; } = 16L << 30;

    /// <summary>
    /// Keys are exchanged anew after this many packets in either direction. At most 2^31, which is the default: numbers of packets wrap
    /// at 2^32 and must not repeat under a key, and the exchange takes its time (RFC 4344 section 3.1).
    /// </summary>
    public long RekeyPackets { get; init; } = 1L << 31;

    /// <summary>Keys are exchanged anew after this time, as soon as there is traffic; zero is never.</summary>
    public TimeSpan RekeyInterval { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How long the peer may be silent before it is asked whether it still lives; zero switches this off.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.Zero;

    /// <summary>How many of these questions may stay unanswered before the connection is closed.</summary>
    public int KeepAliveCountMax { get; init; } = 3;

    /// <summary>The most channels open or being opened at a time; the peer's further requests are refused.</summary>
    public int MaxChannels { get; init; } = 1000;

    /// <summary>
    /// The most bytes that the windows of all channels may grow to together, which bounds the received but unread data. Each channel
    /// has 64 KiB beside it.
    /// </summary>
    public long MaxWindowMemoryBytes { get; init; } = 64L << 20;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Told of exceptions that a handler threw; the request was answered with a failure. May be called on any thread;
    /// <see langword="null"/> means that such an exception closes the connection and is its <see cref="SshCloseReason.Error"/>.
    /// </summary>
    public Action<SshConnection, Exception>? OnHandlerError { get; init; }
}
