using System.Buffers.Text;
using System.Text;

namespace Teleport.Ssh.Keys;

/// <summary>The one-line text form of a key or certificate: type, base64 of the blob, comment.</summary>
internal static class KeyLine
{
    public const int MaxLength = 128 * 1024;

    /// <summary>Takes a line apart without looking into the blob, but its type must be the line's.</summary>
    /// <exception cref="SshProtocolException">The line is not of this form.</exception>
    public static (string Type, byte[] Blob, string Comment) Parse(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        if (line.Length > MaxLength)
            throw new SshProtocolException($"A key line has {line.Length} characters; at most {MaxLength} are allowed.");

        ReadOnlySpan<char> type = Word(ref line);
        ReadOnlySpan<char> base64 = Word(ref line);
        if (base64.IsEmpty || !TryDecode(base64, out byte[] blob))
            throw new SshProtocolException("This is not a public key. Expected one line: type, base64, comment, as ssh-keygen writes to a .pub file.");

        SshReader reader = new(blob);
        string inner = reader.ReadString(KeyTypes.MaxNameLength);
        if (!type.SequenceEqual(inner))
            throw new SshProtocolException($"The key line says it is a key of type '{TextForPeople.Clean(type)}', but the key inside is '{TextForPeople.Clean(inner)}'.");

        return (inner, blob, line.ToString());
    }

    public static string Format(string type, ReadOnlySpan<byte> blob, string? comment)
    {
        if (comment is not null && comment.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException("The comment of a key has to fit on one line.", nameof(comment));

        string line = $"{type} {Convert.ToBase64String(blob)}";
        return string.IsNullOrEmpty(comment) ? line : $"{line} {comment}";
    }

    /// <summary>Cuts the first word off; the rest is left without blanks before it.</summary>
    public static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> line)
    {
        int end = line.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> word = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[end..].Trim();
        return word;
    }

    private static bool TryDecode(ReadOnlySpan<char> base64, out byte[] blob)
    {
        byte[] buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(Encoding.UTF8.GetByteCount(base64))];
        bool valid = Convert.TryFromBase64Chars(base64, buffer, out int length);
        blob = valid ? buffer[..length] : [];
        return valid;
    }
}
