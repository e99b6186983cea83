namespace Teleport.Tsh;

/// <summary>A file as <c>scp</c> names it: here, or on a host as <c>[LOGIN@]HOST:PATH</c>.</summary>
/// <param name="Login">The login; <c>null</c>: the default.</param>
/// <param name="Host">The host; <c>null</c>: this machine.</param>
/// <param name="Path">The path; on a host, empty means the home folder.</param>
internal sealed record CopyPath(string? Login, string? Host, string Path)
{
    public bool IsRemote => Host is not null;

    /// <summary>The path as the host is asked for it.</summary>
    public string RemotePath => Path.Length > 0 ? Path : ".";

    /// <summary>Reads a name. A colon after a slash belongs to a local path, as <c>./a:b</c> does.</summary>
    public static CopyPath Parse(string text)
    {
        int open = text.IndexOf('[', StringComparison.Ordinal);
        int close = text.IndexOf("]:", StringComparison.Ordinal);
        bool isV6 = open >= 0 && close > open && (open == 0 || text[open - 1] == '@') && !text[..open].Contains('/', StringComparison.Ordinal);
        int colon = isV6 ? close + 1 : text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || (!isV6 && text[..colon].Contains('/', StringComparison.Ordinal)))
        {
            return new CopyPath(null, null, text);
        }

        string whole = text[..colon];
        int at = whole.LastIndexOf('@');
        string host = whole[(at + 1)..].Trim('[', ']');
        return host.Length == 0 ? new CopyPath(null, null, text) : new CopyPath(at > 0 ? whole[..at] : null, host, text[(colon + 1)..]);
    }
}
