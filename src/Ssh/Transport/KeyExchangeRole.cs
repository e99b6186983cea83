namespace Teleport.Ssh.Transport;

/// <summary>The part of a key exchange in which client and server differ.</summary>
internal abstract class KeyExchangeRole
{
    public abstract bool IsServer { get; }

    /// <summary>The host key algorithms to offer.</summary>
    public abstract IReadOnlyList<string> HostKeyAlgorithms { get; }

    /// <summary>Runs the two messages of the key agreement and proves, or verifies, the host key.</summary>
    /// <exception cref="SshProtocolException">The peer sent something malformed or unsafe.</exception>
    /// <exception cref="SshHostKeyException">The host key is not the server's or not trusted.</exception>
    public abstract ValueTask<ExchangeResult> AgreeAsync(ExchangeContext context, KeyExchangePackets packets, CancellationToken ct);
}
