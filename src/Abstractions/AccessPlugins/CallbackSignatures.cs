using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.AccessPlugins;

/// <summary>What plugins verify callbacks by. Comparisons take the same time whatever is wrong; every secret is tried, so that secrets can be changed.</summary>
public static class CallbackSignatures
{
    /// <summary>How old or how far ahead a time stamp may be.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(300);

    /// <summary>HMAC-SHA256 of some bytes.</summary>
    public static byte[] HmacSha256(Secret secret, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(secret);
        byte[] key = Encoding.UTF8.GetBytes(secret.Reveal());
        try
        {
            return HMACSHA256.HashData(key, content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Whether a signature in hexadecimal digits is that of one of the secrets.</summary>
    /// <param name="secrets">The secrets.</param>
    /// <param name="content">What was signed.</param>
    /// <param name="hex">64 digits.</param>
    public static bool IsHmacHex(IEnumerable<Secret> secrets, ReadOnlySpan<byte> content, string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        byte[] given = new byte[32];
        bool wellFormed = hex.Length == 64 && Convert.FromHexString(hex, given, out _, out _) == System.Buffers.OperationStatus.Done;
        return IsAny(secrets, content, given) && wellFormed;
    }

    /// <summary>Whether a signature in base64 is that of one of the secrets.</summary>
    public static bool IsHmacBase64(IEnumerable<Secret> secrets, ReadOnlySpan<byte> content, string base64)
    {
        ArgumentNullException.ThrowIfNull(base64);
        byte[] given = new byte[32];
        bool wellFormed = base64.Length == 44 && Convert.TryFromBase64String(base64, given, out int written) && written == 32;
        return IsAny(secrets, content, given) && wellFormed;
    }

    /// <summary>Whether a time stamp in seconds since 1970 is within <see cref="Window"/> of now.</summary>
    public static bool IsRecent(string unixSeconds, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return long.TryParse(unixSeconds, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && Math.Abs(time.GetUtcNow().ToUnixTimeSeconds() - (decimal)seconds) <= (decimal)Window.TotalSeconds;
    }

    /// <summary>Compares two texts in a time that depends on the length of the first alone.</summary>
    public static bool AreEqual(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(given)));

    /// <summary>An id of a delivery that has none of its own: of the bytes that prove it.</summary>
    public static string DeliveryIdOf(string proof) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(proof)));

    private static bool IsAny(IEnumerable<Secret> secrets, ReadOnlySpan<byte> content, byte[] given)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        bool any = false;
        foreach (Secret secret in secrets)
        {
            any |= !secret.IsEmpty & CryptographicOperations.FixedTimeEquals(HmacSha256(secret, content), given);
        }

        return any;
    }
}
