using System.Security.Cryptography;
using System.Text;
using OtpNet;

namespace Teleport.Connectors.Local;

/// <summary>Time-based one-time codes (RFC 6238): 6 digits, 30 s, SHA-1 as every authenticator app has it, one step of tolerance to either side.</summary>
internal static class OneTimeCodes
{
    private const int SecretBytes = 20;
    private const int StepSeconds = 30;
    private const int Digits = 6;
    private const int Tolerance = 1;

    public static string NewSecret() => Base32Encoding.ToString(RandomNumberGenerator.GetBytes(SecretBytes)).TrimEnd('=');

    public static string Uri(string secret, string userName, string issuer) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(userName)}" +
        $"?secret={secret}&issuer={System.Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={StepSeconds}";

    /// <summary>The time step of a code; <c>null</c>: it fits none that is near.</summary>
    public static long? FindStep(string secret, string code, DateTimeOffset now)
    {
        var totp = new Totp(Base32Encoding.ToBytes(secret), StepSeconds, OtpHashMode.Sha1, Digits);
        byte[] typed = Encoding.UTF8.GetBytes(code.Trim());
        long present = now.ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        // Every step is computed, so that the time says nothing about which one fitted.
        for (long step = present - Tolerance; step <= present + Tolerance; step++)
        {
            string expected = totp.ComputeTotp(DateTimeOffset.FromUnixTimeSeconds(step * StepSeconds).UtcDateTime);
            if (CryptographicOperations.FixedTimeEquals(typed, Encoding.UTF8.GetBytes(expected)))
            {
                found = step;
            }
        }

        return found;
    }
}
