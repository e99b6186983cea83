using System.Security.Cryptography;
using System.Text;

namespace Teleport.Abstractions.Security;

/// <summary>Text that must not be seen: prints as <c>***</c>, is compared in constant time and wiped on dispose.</summary>
public sealed class Secret : IDisposable, IEquatable<Secret>
{
    private readonly byte[] _utf8;

    /// <summary>Takes a copy of the text.</summary>
    public Secret(ReadOnlySpan<char> text)
    {
        _utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, _utf8);
    }

    /// <summary>Whether it holds nothing.</summary>
    public bool IsEmpty => _utf8.Length == 0;

    /// <summary>A secret of random bytes, written as lower-case hexadecimal digits.</summary>
    /// <param name="byteCount">Number of random bytes, at least 16.</param>
    public static Secret Random(int byteCount = 16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(byteCount, 16);
        return new Secret(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(byteCount)));
    }

    /// <summary>The text itself. Whoever calls keeps it out of logs, errors and URLs.</summary>
    public string Reveal() => Encoding.UTF8.GetString(_utf8);

    /// <summary>Compares in a time that depends on the length alone.</summary>
    public bool Equals(Secret? other) => other is not null && CryptographicOperations.FixedTimeEquals(_utf8, other._utf8);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => _utf8.Length;

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";

    /// <summary>Wipes the text.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_utf8);
}
