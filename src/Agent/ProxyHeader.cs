using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Identities;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Agent;

/// <summary>What a proxy tells a node before the client's first byte: where the client really is. Signed, so that nobody else can say it.</summary>
/// <remarks>On the wire: <c>Teleport-Proxy</c>, a JSON object, a NUL byte. Described in docs/formats/proxy-header.md.</remarks>
public static class ProxyHeader
{
    /// <summary>What the header begins with.</summary>
    public const string Prefix = "Teleport-Proxy";

    /// <summary>Largest header in bytes, with prefix and NUL.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>How far the clocks of proxy and node may be apart.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private const int NonceBytes = 16;

    /// <summary>Makes the header.</summary>
    /// <param name="proxy">The proxy's host certificate and key.</param>
    /// <param name="client">Where the client connected from.</param>
    /// <param name="nodeHostId">The node that it is meant for; another one refuses it.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops signing.</param>
    public static async ValueTask<byte[]> WriteAsync(
        SshCredential proxy, EndPoint client, string nodeHostId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        SshCertificate certificate = proxy.Certificate ?? throw new ArgumentException("A proxy signs with its host certificate.", nameof(proxy));
        string address = client?.ToString() ?? "";
        var content = new ProxyHeaderContent
        {
            ClientAddr = address,
            Time = now.ToUnixTimeMilliseconds(),
            Nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes)),
            Certificate = certificate.ToAuthorizedKeysLine(),
        };
        byte[] signature = await proxy.SignAsync(proxy.PublicKey.SignatureAlgorithms[0], content.Signed(nodeHostId), cancellationToken);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(
            content with { Signature = Convert.ToBase64String(signature) }, ProxyHeaderJson.Default.ProxyHeaderContent);
        return [.. Encoding.ASCII.GetBytes(Prefix), .. json, 0];
    }

    /// <summary>Looks for a header at the beginning of a connection.</summary>
    /// <param name="received">What has been received so far.</param>
    /// <param name="header">The bytes between prefix and NUL, when the header is complete.</param>
    /// <returns>How many bytes the header takes; 0: there is none; -1: more bytes are needed.</returns>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is longer than <see cref="MaxBytes"/>.</exception>
    public static int TryRead(ReadOnlySpan<byte> received, out byte[] header)
    {
        header = [];
        ReadOnlySpan<byte> prefix = "Teleport-Proxy"u8;
        if (!received.StartsWith(prefix[..Math.Min(prefix.Length, received.Length)]))
        {
            return 0;
        }

        int end = received.IndexOf((byte)0);
        if (end > MaxBytes || (end < 0 && received.Length > MaxBytes))
        {
            throw TeleportException.Invalid($"A proxy's header is longer than {MaxBytes} bytes.");
        }

        if (received.Length < prefix.Length || end < 0)
        {
            return -1;
        }

        header = received[prefix.Length..end].ToArray();
        return end + 1;
    }

    /// <summary>Checks a header and says where the client is.</summary>
    /// <remarks>Whoever overheard the header could send it again: <see cref="ProxyHeaderVerifier"/> takes each one once.</remarks>
    /// <param name="header">What <see cref="TryRead"/> found.</param>
    /// <param name="nodeHostId">This node.</param>
    /// <param name="cluster">The cluster's state: who vouches for hosts, and whose proxies are meant.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="TeleportException">It was not made just now by a proxy of this cluster for this node.</exception>
    public static IPEndPoint Verify(ReadOnlySpan<byte> header, string nodeHostId, ClusterSnapshot cluster, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(time);
        return Check(header, nodeHostId, cluster, time).Client;
    }

    internal static (IPEndPoint Client, string Signature) Check(ReadOnlySpan<byte> header, string nodeHostId, ClusterSnapshot cluster, TimeProvider time)
    {
        try
        {
            ProxyHeaderContent content = JsonSerializer.Deserialize(header, ProxyHeaderJson.Default.ProxyHeaderContent)
                ?? throw new JsonException("it is null");
            SshCertificate certificate = SshCertificate.Parse(content.Certificate);
            HostIdentity proxy = new HostSshCertificateVerifier(cluster.HostAuthorities, time).Verify(certificate, principal: null);
            TimeSpan age = (time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(content.Time)).Duration();
            bool isSigned = certificate.Key.Verify(
                certificate.Key.SignatureAlgorithms[0], content.Signed(nodeHostId), Convert.FromBase64String(content.Signature));
            return proxy.Role != SystemRole.Proxy ? throw Refused($"it was signed by a {proxy.Role}")
                : proxy.ClusterName != cluster.ClusterName ? throw Refused($"it was signed by a proxy of {proxy.ClusterName}")
                : age > Window ? throw Refused($"it is {age.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s off; compare the clocks of proxy and node")
                : !isSigned ? throw Refused("its signature is wrong, or it was meant for another node")
                : (IPEndPoint.Parse(content.ClientAddr), content.Signature);
        }
        catch (Exception e) when (e is JsonException or FormatException or SshException or ArgumentException)
        {
            throw Refused(e.Message);
        }
    }

    internal static TeleportException Refused(string why) => TeleportException.AccessDenied($"A proxy's header is refused: {why}.");
}

/// <summary>The JSON of a proxy's header.</summary>
internal sealed record ProxyHeaderContent
{
    [JsonPropertyName("clientAddr")]
    public string ClientAddr { get; set; } = "";

    [JsonPropertyName("time")]
    public long Time { get; set; }

    [JsonPropertyName("nonce")]
    public string Nonce { get; set; } = "";

    [JsonPropertyName("cert")]
    public string Certificate { get; set; } = "";

    [JsonPropertyName("sig")]
    public string Signature { get; set; } = "";

    /// <summary>What is signed.</summary>
    public byte[] Signed(string nodeHostId) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"teleport-proxy-header-v1\0{ClientAddr}\0{nodeHostId}\0{Time}\0{Nonce}"));
}

[JsonSerializable(typeof(ProxyHeaderContent))]
internal sealed partial class ProxyHeaderJson : JsonSerializerContext;
