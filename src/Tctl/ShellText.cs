namespace Teleport.Tctl;

/// <summary>Words for a POSIX shell, in commands that people copy (H25).</summary>
internal static class ShellText
{
    /// <summary>A word as it is when that is safe, and else in quotes.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or ',' or ':' or '/' or '_' or '-' or '@' or '+' or '=')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
