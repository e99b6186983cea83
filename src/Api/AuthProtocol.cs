using System.Security.Cryptography;
using System.Text;

namespace Teleport.Api;

/// <summary>Names and limits that both ends of the auth service's API share.</summary>
public static class AuthProtocol
{
    /// <summary>The port that auth servers listen on.</summary>
    public const int DefaultPort = 3025;

    /// <summary>The web port of proxies, which relays to auth servers too.</summary>
    public const int DefaultProxyPort = 3080;

    /// <summary>Ends every name by which an auth server presents itself.</summary>
    public const string ServerNameSuffix = "teleport.cluster.local";

    /// <summary>Begins the ALPN name that makes a proxy relay a connection to an auth server.</summary>
    public const string AlpnPrefix = "teleport-auth@";

    /// <summary>Largest message in either direction, in bytes.</summary>
    public const int MaxMessageBytes = 5 * 1024 * 1024;

    /// <summary>Metadata key of the id under which the server logged an internal error.</summary>
    public const string ErrorIdKey = "teleport-error-id";

    // A DNS label has at most 63 characters, so the hexadecimal form holds names of up to 31 bytes.
    private const int MaxEncodedBytes = 31;

    /// <summary>A name that every proxy of a cluster has in its SSH host certificate, so that clients know it by whatever address they dial.</summary>
    public static string ProxyName(string clusterName) => $"teleport-proxy.{clusterName}";

    /// <summary>The name in an auth server's certificate and in the TLS handshake: <c>HEX(cluster).teleport.cluster.local</c>.</summary>
    public static string ServerName(string clusterName) => $"{Encode(clusterName)}.{ServerNameSuffix}";

    /// <summary>The ALPN name to offer to a proxy: <c>teleport-auth@HEX(cluster)</c>.</summary>
    public static string AlpnName(string clusterName) => AlpnPrefix + Encode(clusterName);

    /// <summary>The cluster's name in hexadecimal digits; of a name over 31 bytes, the digits of its hash, cut to the same length.</summary>
    public static string Encode(string clusterName)
    {
        byte[] name = Encoding.UTF8.GetBytes(clusterName);
        return Convert.ToHexStringLower(name.Length <= MaxEncodedBytes ? name : SHA256.HashData(name).AsSpan(0, MaxEncodedBytes));
    }
}
