using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;

namespace Teleport.Pki.Authorities;

/// <summary>The pin of an authority, which a joining service compares before it sends its token.</summary>
public static class CaPin
{
    private const string Prefix = "sha256:";
    private const int HexLength = SHA256.HashSizeInBytes * 2;

    /// <summary><c>sha256:</c> and the SHA-256 of the certificate's SubjectPublicKeyInfo in lower-case hexadecimal digits.</summary>
    /// <param name="authority">The authority's certificate.</param>
    public static string Of(X509Certificate2 authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return Prefix + Convert.ToHexStringLower(SHA256.HashData(authority.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>Whether one of the pins is the authority's.</summary>
    /// <param name="authority">The authority's certificate.</param>
    /// <param name="pins">The pins, of which at least one is needed.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: a pin is malformed.</exception>
    public static bool Matches(X509Certificate2 authority, params IEnumerable<string> pins)
    {
        ArgumentNullException.ThrowIfNull(pins);
        string own = Of(authority);
        bool matches = false;
        foreach (string pin in pins)
            matches |= Normalize(pin) == own;
        return matches;
    }

    private static string Normalize(string pin)
    {
        string lower = pin.Trim().ToLowerInvariant();
        return lower.StartsWith(Prefix, StringComparison.Ordinal) && lower.Length == Prefix.Length + HexLength && lower[Prefix.Length..].All(char.IsAsciiHexDigit)
            ? lower
            : throw TeleportException.Invalid($"ca_pin is \"{pin}\". It has the form sha256:<{HexLength} hexadecimal digits>; `tctl status` on the auth server prints it.");
    }
}
