using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Teleport.Ssh.KeyExchange;

namespace Teleport.Ssh.Transport;

/// <summary>What a key exchange is about: the offers of both sides and what was agreed on.</summary>
internal sealed record ExchangeContext(
    SshNegotiatedAlgorithms Negotiated,
    string ClientVersion,
    string ServerVersion,
    byte[] ClientInit,
    byte[] ServerInit)
{
    public KeyExchangeAlgorithm Algorithm => KeyExchangeAlgorithm.Get(Negotiated.KeyExchange);

    /// <summary>The exchange hash H (RFC 4253 section 8): it covers everything both sides said, so that nothing can be changed unseen.</summary>
    /// <param name="hostKey">K_S.</param>
    /// <param name="clientValue">Q_C or e.</param>
    /// <param name="serverValue">Q_S or f.</param>
    /// <param name="secret">K, encoded with its length.</param>
    public byte[] Hash(ReadOnlySpan<byte> hostKey, ReadOnlySpan<byte> clientValue, ReadOnlySpan<byte> serverValue, ReadOnlySpan<byte> secret)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(Algorithm.Hash);
        AppendString(hash, Encoding.ASCII.GetBytes(ClientVersion));
        AppendString(hash, Encoding.ASCII.GetBytes(ServerVersion));
        AppendString(hash, ClientInit);
        AppendString(hash, ServerInit);
        AppendString(hash, hostKey);
        AppendString(hash, clientValue);
        AppendString(hash, serverValue);
        hash.AppendData(secret);
        return hash.GetHashAndReset();
    }

    private static void AppendString(IncrementalHash hash, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        hash.AppendData(length);
        hash.AppendData(value);
    }
}
