using System.Globalization;
using System.Text;

namespace Teleport.Delivery.Messages;

/// <summary>Cuts texts of people between characters as people see them, and takes out what could disguise them.</summary>
internal static class TextLimit
{
    public const string Mark = "… (truncated)";

    /// <summary>At most so many UTF-16 code units, with a mark at the end of what was cut.</summary>
    public static string Cut(string text, int max)
    {
        if (text.Length <= max)
        {
            return Repair(text);
        }

        int room = Math.Max(0, max - Mark.Length);
        int end = 0;
        while (end < text.Length)
        {
            int length = StringInfo.GetNextTextElementLength(text, end);
            if (end + length > room)
            {
                break;
            }

            end += length;
        }

        string cut = Repair(text[..end]) + Mark;
        return cut.Length <= max ? cut : cut[..max];
    }

    /// <summary>One line: other white space and control characters are blanks.</summary>
    public static string OneLine(string text) => Clean(text.ReplaceLineEndings(" ")).Replace('\n', ' ').Replace('\t', ' ').Trim();

    /// <summary>Without control characters, but line ends, and without marks that turn the direction of what follows.</summary>
    public static string Clean(string text)
    {
        string lines = text.ReplaceLineEndings("\n");
        var clean = new StringBuilder(lines.Length);
        foreach (Rune rune in lines.EnumerateRunes())
        {
            bool turns = rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C;
            if (rune.Value == '\n' || rune.Value == '\t' || !(turns || Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029))
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString();
    }

    // Half of a surrogate pair is no text, and some services refuse the whole message for it.
    private static string Repair(string text) => text.Any(char.IsSurrogate) ? string.Concat(text.EnumerateRunes().Select(static r => r.ToString())) : text;
}
