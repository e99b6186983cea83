using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Teleport.Ssh.Keys;

/// <summary>A line of an authorized_keys file: options, key, comment (sshd(8), "AUTHORIZED_KEYS FILE FORMAT").</summary>
public sealed class AuthorizedKeysLine
{
    private const int MaxOptions = 256;

    private AuthorizedKeysLine(IReadOnlyList<KeyValuePair<string, string?>> options, SshPublicKey key, string comment)
    {
        Options = options;
        Key = key;
        Comment = comment;
    }

    /// <summary>
    /// The options in their order, names in lower case; a value is null for options without one. An unknown option has to be
    /// treated as a refusal: it may restrict the key.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Options { get; }

    /// <summary>The key.</summary>
    public SshPublicKey Key { get; }

    /// <summary>The rest of the line; may be empty.</summary>
    public string Comment { get; }

    /// <summary>Whether the key does not log in itself but signs certificates that do.</summary>
    public bool IsCertificateAuthority => Options.Any(option => option.Key == "cert-authority");

    /// <summary>The value of the first option of that name.</summary>
    /// <param name="name">The name in lower case.</param>
    /// <param name="value">The value; null for an option without one.</param>
    public bool TryGetOption(string name, out string? value)
    {
        foreach (KeyValuePair<string, string?> option in Options)
        {
            if (option.Key != name)
                continue;

            value = option.Value;
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>Reads one line that is neither blank nor a comment.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="SshProtocolException">The line is malformed.</exception>
    /// <exception cref="SshKeyException">The key is a certificate, of an unsupported type, or too weak.</exception>
    public static AuthorizedKeysLine Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        ReadOnlySpan<char> rest = line.AsSpan().Trim();

        // A line without options begins with a key type; no option is named like one.
        ReadOnlySpan<char> look = rest;
        ReadOnlySpan<char> first = KeyLine.Word(ref look);
        List<KeyValuePair<string, string?>> options = IsKeyType(first) ? [] : ReadOptions(ref rest);

        (_, byte[] blob, string comment) = KeyLine.Parse(rest);
        return new AuthorizedKeysLine(options, SshPublicKey.FromBlob(blob), comment);
    }

    /// <summary>As <see cref="Parse"/>, but answers false in place of throwing.</summary>
    /// <param name="line">The line; null gives false.</param>
    /// <param name="parsed">What it says.</param>
    public static bool TryParse([NotNullWhen(true)] string? line, [NotNullWhen(true)] out AuthorizedKeysLine? parsed)
    {
        try
        {
            parsed = line is null ? null : Parse(line);
        }
        catch (SshException)
        {
            parsed = null;
        }

        return parsed is not null;
    }

    /// <summary>Reads a file; blank lines, comments and lines that cannot be read are skipped, which grants nothing.</summary>
    /// <param name="text">The file's text.</param>
    public static IReadOnlyList<AuthorizedKeysLine> ParseFile(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<AuthorizedKeysLine> lines = [];
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith('#') && TryParse(line, out AuthorizedKeysLine? parsed))
                lines.Add(parsed);
        }

        return lines;
    }

    private static bool IsKeyType(ReadOnlySpan<char> word) =>
        word.StartsWith("ssh-") || word.StartsWith("ecdsa-sha2-") || word.StartsWith("sk-");

    /// <summary>Reads name, name="value", ... up to the first blank outside of quotes.</summary>
    private static List<KeyValuePair<string, string?>> ReadOptions(ref ReadOnlySpan<char> rest)
    {
        List<KeyValuePair<string, string?>> options = [];
        while (true)
        {
            if (options.Count == MaxOptions)
                throw new SshProtocolException($"A line of authorized_keys has more than {MaxOptions} options.");

            int nameEnd = rest.IndexOfAny("=, \t");
            if (nameEnd <= 0)
                throw new SshProtocolException("A line of authorized_keys has neither a key nor options that can be read.");

            string name = rest[..nameEnd].ToString().ToLowerInvariant();
            rest = rest[nameEnd..];
            string? value = rest[0] == '=' ? ReadQuoted(name, ref rest) : null;
            options.Add(new(name, value));

            if (!rest.StartsWith(","))
                return options;
            rest = rest[1..];
        }
    }

    private static string ReadQuoted(string name, ref ReadOnlySpan<char> rest)
    {
        if (!rest.StartsWith("=\""))
            throw new SshProtocolException($"The option '{TextForPeople.Clean(name)}' of authorized_keys needs a value in double quotes.");

        StringBuilder value = new();
        for (int i = 2; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                rest = rest[(i + 1)..];
                return value.ToString();
            }

            if (rest[i] == '\\' && i + 1 < rest.Length && rest[i + 1] == '"')
                i++; // only quotes are escaped; other backslashes stand for themselves
            value.Append(rest[i]);
        }

        throw new SshProtocolException($"The value of the option '{TextForPeople.Clean(name)}' of authorized_keys has no closing quote.");
    }
}
