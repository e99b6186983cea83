using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;

namespace Teleport.Connectors.Local;

/// <summary>A password as it is stored: <c>$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH</c>, the text form of the reference implementation.</summary>
internal sealed record PasswordHash(int MemoryKib, int Iterations, byte[] Salt, byte[] Hash)
{
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int MaxMemoryKib = 1024 * 1024;
    private const int MaxIterations = 100;

    public static PasswordHash Create(string password, PasswordCost cost)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(cost.MemoryKib, cost.Iterations, salt, Compute(password, salt, cost.MemoryKib, cost.Iterations));
    }

    public bool Matches(string password) =>
        CryptographicOperations.FixedTimeEquals(Compute(password, Salt, MemoryKib, Iterations), Hash);

    /// <exception cref="FormatException">The text is no such hash.</exception>
    public static PasswordHash Parse(string text)
    {
        string[] parts = text.Split('$');
        if (parts is not ["", "argon2id", "v=19", var cost, var salt, var hash] || cost.Split(',') is not [var m, var t, "p=1"]
            || !TryNumber(m, "m=", MaxMemoryKib, out int memory) || !TryNumber(t, "t=", MaxIterations, out int iterations))
        {
            throw new FormatException("A stored password hash is not readable.");
        }

        return new PasswordHash(memory, iterations, FromBase64(salt), FromBase64(hash));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"$argon2id$v=19$m={MemoryKib},t={Iterations},p=1${ToBase64(Salt)}${ToBase64(Hash)}");

    private static byte[] Compute(string password, byte[] salt, int memoryKib, int iterations)
    {
        // The same password typed on another machine must be the same bytes.
        // An empty one, which nobody can have, costs the same work.
        byte[] bytes = Encoding.UTF8.GetBytes(password.Length > 0 ? Normalize(password) : "\0");
        try
        {
            using var argon2 = new Argon2id(bytes) { Salt = salt, MemorySize = memoryKib, Iterations = iterations, DegreeOfParallelism = 1 };
            return argon2.GetBytes(HashBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static string Normalize(string password)
    {
        try
        {
            return password.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            // Not text (a lone surrogate): taken as it is.
            return password;
        }
    }

    private static bool TryNumber(string text, string prefix, int max, out int value)
    {
        value = 0;
        return text.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out value)
            && value >= 1 && value <= max;
    }

    private static string ToBase64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] FromBase64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
