namespace Teleport.Ssh;

/// <summary>Makes text of a peer fit to be shown or logged.</summary>
internal static class TextForPeople
{
    private const int MaxLength = 200;

    /// <summary>Replaces control characters (terminal sequences, line breaks, bidi overrides) by '?', and cuts what is too long.</summary>
    public static string Clean(ReadOnlySpan<char> text)
    {
        bool cut = text.Length > MaxLength;
        if (cut)
            text = text[..MaxLength];

        Span<char> clean = stackalloc char[text.Length];
        for (int i = 0; i < text.Length; i++)
            clean[i] = IsHarmless(text[i]) ? text[i] : '?';
        return cut ? $"{clean}..." : clean.ToString();
    }

    private static bool IsHarmless(char c) =>
        !char.IsControl(c) && char.GetUnicodeCategory(c) is not (System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);
}
