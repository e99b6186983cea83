using System.Globalization;
using Teleport.Abstractions.Errors;

namespace Teleport.Client.Sessions;

/// <summary>Whom and where to log in: <c>[LOGIN@]HOST[:PORT]</c>.</summary>
/// <param name="Login">The login; <c>null</c>: none was named.</param>
/// <param name="Host">Name, address or id of the host, or a label <c>key=value</c>.</param>
/// <param name="Port">The port; 0: whichever the host has.</param>
public sealed record NodeTarget(string? Login, string Host, int Port)
{
    /// <summary>Whether the host is chosen by a label.</summary>
    public bool IsLabel => Host.Contains('=', StringComparison.Ordinal);

    /// <summary>Reads a target.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static NodeTarget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.LastIndexOf('@');
        string? login = at > 0 ? text[..at] : null;
        string host = text[(at + 1)..];
        int port = 0;
        if (!host.Contains('=', StringComparison.Ordinal) && host.Count(static c => c == ':') == 1)
        {
            string[] parts = host.Split(':');
            host = parts[0];
            if (!ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
            {
                throw TeleportException.Invalid($"\"{text}\" is no host to log in to: \"{parts[1]}\" is no port.");
            }

            port = number;
        }

        bool wrong = host.Length == 0 || host[0] == '-' || host.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c))
            || login is { } name && (name[0] == '-' || name.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c)));
        return wrong ? throw TeleportException.Invalid($"\"{text}\" is no host to log in to: expected [LOGIN@]HOST.") : new NodeTarget(login, host, port);
    }
}
