using System.Collections.Frozen;
using System.Net.Security;
using Teleport.Abstractions.Configuration;

namespace Teleport.Proxy.Tls;

/// <summary>Names of application protocols, and the cipher suites of the configuration.</summary>
internal static class TlsSettings
{
    /// <summary>SSH of users inside TLS.</summary>
    public static readonly SslApplicationProtocol ProxySsh = new("teleport-proxy-ssh");

    /// <summary>SSH of agents inside TLS.</summary>
    public static readonly SslApplicationProtocol ReverseTunnel = new("teleport-reversetunnel");

    // What TLS 1.3 offers is always on; the list of the configuration is about TLS 1.2.
    private static readonly TlsCipherSuite[] Tls13 =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
    ];

    private static readonly FrozenDictionary<string, TlsCipherSuite> Known = new Dictionary<string, TlsCipherSuite>
    {
        ["tls-ecdhe-rsa-with-aes-128-gcm-sha256"] = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ["tls-ecdhe-ecdsa-with-aes-128-gcm-sha256"] = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        ["tls-ecdhe-rsa-with-aes-256-gcm-sha384"] = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        ["tls-ecdhe-ecdsa-with-aes-256-gcm-sha384"] = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        ["tls-ecdhe-rsa-with-chacha20-poly1305"] = TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ["tls-ecdhe-ecdsa-with-chacha20-poly1305"] = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        ["tls-ecdhe-rsa-with-aes-128-cbc-sha"] = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
        ["tls-ecdhe-ecdsa-with-aes-128-cbc-sha"] = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        ["tls-ecdhe-rsa-with-aes-256-cbc-sha"] = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        ["tls-ecdhe-ecdsa-with-aes-256-cbc-sha"] = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        ["tls-ecdhe-rsa-with-aes-128-cbc-sha256"] = TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
        ["tls-ecdhe-ecdsa-with-aes-128-cbc-sha256"] = TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
        ["tls-rsa-with-aes-128-cbc-sha"] = TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
        ["tls-rsa-with-aes-256-cbc-sha"] = TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA,
        ["tls-rsa-with-aes-128-cbc-sha256"] = TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256,
        ["tls-rsa-with-aes-128-gcm-sha256"] = TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256,
        ["tls-rsa-with-aes-256-gcm-sha384"] = TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
    }.ToFrozenDictionary();

    /// <summary>The suites to allow; <c>null</c>: the system's own choice.</summary>
    /// <exception cref="OptionsException">A name is unknown.</exception>
    public static CipherSuitesPolicy? CipherSuites(IReadOnlyList<string> names)
    {
        if (names.Count == 0 || OperatingSystem.IsWindows())
        {
            return null;
        }

        string? unknown = names.FirstOrDefault(static n => !Known.ContainsKey(n));
        return unknown is null
#pragma warning disable CA1416 // Excluded above: only Windows lacks it among the systems that we run on.
            ? new CipherSuitesPolicy([.. Tls13, .. names.Select(static n => Known[n])])
#pragma warning restore CA1416
            : throw new OptionsException("teleport.ciphersuites", $"\"{unknown}\" is unknown. Known are: {string.Join(", ", Known.Keys.Order(StringComparer.Ordinal))}.");
    }
}
