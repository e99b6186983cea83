using System.Text;

namespace Teleport.Abstractions.Storage;

/// <summary>A key: parts joined by <c>/</c>. A part never contains the separator, so no name can reach beside its place.</summary>
/// <remarks>Immutable. At most <see cref="MaxBytes"/> bytes of UTF-8. Compared byte by byte.</remarks>
public readonly record struct BackendKey : IComparable<BackendKey>
{
    /// <summary>Largest length in bytes of UTF-8.</summary>
    public const int MaxBytes = 1024;

    private readonly string? _text;

    private BackendKey(string text) => _text = text;

    /// <summary>The key before all others; as a prefix it matches all.</summary>
    public static BackendKey Empty => default;

    /// <summary>The key of these parts.</summary>
    /// <exception cref="ArgumentException">A part is empty, <c>.</c> or <c>..</c>, contains <c>/</c> or a control character, or the whole is too long.</exception>
    public static BackendKey Of(params ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
        {
            if (part.Length == 0 || part is "." or ".." || part.Any(static c => c == '/' || char.IsControl(c) || char.IsSurrogate(c)))
            {
                throw new ArgumentException($"\"{part}\" cannot be part of a key: it is empty, a dot name, or contains a slash or control character.", nameof(parts));
            }
        }

        string text = string.Join('/', parts!);
        return Encoding.UTF8.GetByteCount(text) <= MaxBytes
            ? new BackendKey(text)
            : throw new ArgumentException($"A key of {text.Length} characters is over the limit of {MaxBytes} bytes.", nameof(parts));
    }

    /// <summary>Reads back what <see cref="ToString"/> wrote; for backends. Bounds and prefixes made by this type are accepted too.</summary>
    public static BackendKey FromStored(string text) => new(text);

    /// <summary>The first key below this one, as start of a range over everything below: the key and a slash.</summary>
    public BackendKey RangeStart() => new(this + "/");

    /// <summary>The end of the range over everything below this key.</summary>
    // '0' follows '/' in UTF-8, so this is the least key after all that start with "KEY/".
    public BackendKey RangeEnd() => new(this + "0");

    /// <summary>The key of one more part.</summary>
    public BackendKey Append(string part) => _text is null ? Of(part) : FromStored(this + "/" + Of(part));

    /// <summary>Whether the key is this one or below it.</summary>
    public bool Contains(BackendKey key) =>
        _text is null || key == this || key.ToString().StartsWith(this + "/", StringComparison.Ordinal);

    /// <summary>The last part.</summary>
    public string Name => ToString() is var text && text.LastIndexOf('/') is >= 0 and var slash ? text[(slash + 1)..] : text;

    /// <inheritdoc/>
    // Ordinal order of UTF-16 equals byte order of UTF-8 as long as there are no surrogates, which Of refuses.
    public int CompareTo(BackendKey other) => string.CompareOrdinal(ToString(), other.ToString());

    /// <summary>The parts joined by <c>/</c>.</summary>
    public override string ToString() => _text ?? "";

    /// <summary>Whether the left key comes first.</summary>
    public static bool operator <(BackendKey left, BackendKey right) => left.CompareTo(right) < 0;

    /// <summary>Whether the right key comes first.</summary>
    public static bool operator >(BackendKey left, BackendKey right) => left.CompareTo(right) > 0;

    /// <summary>Whether the right key does not come first.</summary>
    public static bool operator <=(BackendKey left, BackendKey right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left key does not come first.</summary>
    public static bool operator >=(BackendKey left, BackendKey right) => left.CompareTo(right) >= 0;
}
