using System.Globalization;
using System.Text;
using Teleport.Abstractions.Errors;

namespace Teleport.Client.Profiles;

/// <summary>Checks names that come from a proxy before they become part of a path, a configuration or the terminal (H25, H53).</summary>
public static class Names
{
    private const int MaxLength = 255;

    /// <summary>Whether a name is safe as part of a path, in ssh_config and on a terminal.</summary>
    public static bool IsSafe(string name) =>
        name is { Length: > 0 and <= MaxLength } and not ("." or "..")
        && name[0] != '-'
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@' or '+' or '=' or ':');

    /// <summary>A host, user or cluster name that is safe as part of a path, in ssh_config and on a terminal.</summary>
    /// <param name="name">The name.</param>
    /// <param name="what">What it is, for the error.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static string Check(string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsSafe(name) ? name : throw TeleportException.Invalid(
            $"The {what} \"{Printable(name)}\" is refused: only letters, digits and the characters . _ - @ + = : are taken. Is this proxy to be trusted?");
    }

    /// <summary>A user's name whose files cannot be mistaken for others of the same folder.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static string CheckUser(string name) =>
        Check(name, "user") is var safe && (safe.EndsWith(".pub", StringComparison.Ordinal) || safe.EndsWith(".pem", StringComparison.Ordinal) || safe[0] == '.' || safe == "known_hosts")
            ? throw TeleportException.Invalid($"The user \"{safe}\" is refused: the name is that of a key file.")
            : safe;

    /// <summary>A text of somebody else's, for people: control characters and what is invisible or turns the direction of writing are left out.</summary>
    public static string Printable(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Concat(text.EnumerateRunes().Where(static rune => Rune.GetUnicodeCategory(rune)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)));
    }

    /// <summary>The same of several lines, whose ends stay.</summary>
    public static string PrintableLines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(Printable));
    }
}
