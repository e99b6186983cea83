using System.Net.Security;
using Teleport.Abstractions.Configuration;

namespace Teleport.Auth.Serving;

/// <summary>The setting <c>ciphersuites</c> as TLS knows it.</summary>
internal static class TlsCipherSuites
{
    // The setting is about TLS 1.2; the suites of TLS 1.3 are all sound and always on.
    private static readonly TlsCipherSuite[] Tls13 =
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256];

    /// <summary><c>null</c>: the defaults of the platform.</summary>
    /// <exception cref="OptionsException">A name is unknown.</exception>
    public static CipherSuitesPolicy? Parse(IReadOnlyList<string> names)
    {
        if (names.Count == 0 || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() || OperatingSystem.IsAndroid())
        {
            return null;
        }

        return new CipherSuitesPolicy(Tls13.Concat(names.Select(Parse)));
    }

    private static TlsCipherSuite Parse(string name)
    {
        string constant = name.ToUpperInvariant().Replace('-', '_');
        return Enum.TryParse(constant, out TlsCipherSuite suite) && Enum.IsDefined(suite) && constant.StartsWith("TLS_", StringComparison.Ordinal)
            ? suite
            : throw new OptionsException("teleport.ciphersuites", $"\"{name}\" is unknown; write names as tls-ecdhe-ecdsa-with-aes-128-gcm-sha256.");
    }
}
