namespace Teleport.Ssh;

/// <summary>Makes text of a peer fit to be shown or logged.</summary>
internal static class TextForPeople
{
    /// <summary>Enough for an explanation of several sentences, such as why a channel was refused.</summary>
    public const int MaxExplanation = 1000;

    private const int MaxLength = 200;

    /// <summary>Replaces control characters (terminal sequences, line breaks, bidi overrides) by '?', and cuts what is too long.</summary>
    public static string Clean(ReadOnlySpan<char> text, int maxLength = MaxLength)
    {
        bool cut = text.Length > maxLength;
        if (cut)
            text = text[..maxLength];

        Span<char> clean = stackalloc char[text.Length];
        for (int i = 0; i < text.Length; i++)
            clean[i] = IsHarmless(text[i]) ? text[i] : '?';
        return cut ? $"{clean}..." : clean.ToString();
    }

    /// <summary>Cuts an explanation of ours to what peers accept.</summary>
    public static string Shorten(string text) => text.Length <= MaxExplanation ? text : text[..MaxExplanation];

    private static bool IsHarmless(char c) =>
        !char.IsControl(c) && char.GetUnicodeCategory(c) is not (System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);
}
