using System.Globalization;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Client.Sessions;

/// <summary>Whom and where to log in: <c>[LOGIN@]HOST[:PORT]</c>.</summary>
/// <param name="Login">The login; <c>null</c>: none was named.</param>
/// <param name="Host">Name, address or id of the host, or labels <c>key=value</c>.</param>
/// <param name="Port">The port; 0: whichever the host has.</param>
public sealed record NodeTarget(string? Login, string Host, int Port)
{
    /// <summary>Whether the host is chosen by labels.</summary>
    public bool IsLabel => Host.Contains('=', StringComparison.Ordinal);

    /// <summary>Reads a target.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static NodeTarget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int label = text.IndexOf('=', StringComparison.Ordinal);
        // An @ in the value of a label is no separator.
        int at = label < 0 ? text.LastIndexOf('@') : text.IndexOf('@', StringComparison.Ordinal) is var first && first < label ? first : -1;
        string? login = at > 0 ? text[..at] : null;
        string host = text[(at + 1)..];
        string? port = null;
        int close = host.IndexOf(']', StringComparison.Ordinal);
        if (label < 0 && host.StartsWith('[') && close > 0)
        {
            port = close + 1 < host.Length ? host[(close + 1)..] : null;
            host = host[1..close];
            if (port is not null)
            {
                port = port[0] == ':' ? port[1..] : throw Wrong(text);
            }
        }
        else if (label < 0 && host.Count(static c => c == ':') == 1)
        {
            int colon = host.IndexOf(':', StringComparison.Ordinal);
            (host, port) = (host[..colon], host[(colon + 1)..]);
        }

        ushort number = 0;
        bool isWrong = at == 0 || host.Length == 0 || host[0] == '-' || host.Contains('[', StringComparison.Ordinal) || host.Any(IsBlank)
            || (login is not null && (login[0] == '-' || login.Any(IsBlank)))
            || (port is not null && !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number));
        return isWrong ? throw Wrong(text) : new NodeTarget(login, host, number);
    }

    private static bool IsBlank(char c) => char.IsControl(c) || char.IsWhiteSpace(c);

    private static TeleportException Wrong(string text) => TeleportException.Invalid($"\"{Names.Printable(text)}\" is no host to log in to: expected [LOGIN@]HOST[:PORT].");
}
