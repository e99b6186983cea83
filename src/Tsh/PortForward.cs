using System.Globalization;
using System.Net;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Tsh;

/// <summary>A port forwarding as of OpenSSH: <c>[BIND:]PORT:HOST:HOSTPORT</c>, IPv6 addresses in brackets.</summary>
/// <param name="Bind">Where to listen; <c>null</c>: loopback.</param>
/// <param name="Port">The port to listen on.</param>
/// <param name="Host">The target.</param>
/// <param name="HostPort">Its port.</param>
internal sealed record PortForward(string? Bind, int Port, string Host, int HostPort)
{
    /// <summary>Where to listen on this computer.</summary>
    public IPEndPoint LocalEndPoint => LocalOf(Bind, Port, "-L");

    /// <summary>Reads the value of <c>-L</c> or <c>-R</c>.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is none.</exception>
    public static PortForward Parse(string text, string flag)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[]? parts = Split(text);
        return parts is { Length: 3 or 4 }
            && TryPort(parts[^3], flag == "-R", out int port) && parts[^2].Length > 0 && TryPort(parts[^1], false, out int hostPort)
            ? new PortForward(parts.Length == 4 ? parts[0] : null, port, parts[^2], hostPort)
            : throw TeleportException.Invalid($"{flag} is \"{Names.Printable(text)}\": expected [BIND:]PORT:HOST:HOSTPORT, as 8080:localhost:80.");
    }

    /// <summary>Reads the value of <c>-D</c>: <c>[BIND:]PORT</c>.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is none.</exception>
    public static IPEndPoint ParseDynamic(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[]? parts = Split(text);
        return parts is { Length: 1 or 2 } && TryPort(parts[^1], false, out int port)
            ? LocalOf(parts.Length == 2 ? parts[0] : null, port, "-D")
            : throw TeleportException.Invalid($"-D is \"{Names.Printable(text)}\": expected [BIND:]PORT, as 1080.");
    }

    private static IPEndPoint LocalOf(string? bind, int port, string flag) => new(
        bind switch
        {
            null or "localhost" => IPAddress.Loopback,
            "" or "*" => IPAddress.Any,
            _ => IPAddress.TryParse(bind, out IPAddress? address)
                ? address
                : throw TeleportException.Invalid($"{flag}: \"{Names.Printable(bind)}\" is no address of this computer to listen on. Write an IP address, localhost or *."),
        },
        port);

    private static bool TryPort(string text, bool mayBeZero, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535 && (port > 0 || mayBeZero);

    // At colons outside of brackets, which are left out; null: brackets do not match.
    private static string[]? Split(string text)
    {
        var parts = new List<string>();
        int position = 0;
        while (true)
        {
            bool bracketed = position < text.Length && text[position] == '[';
            int end = bracketed ? text.IndexOf(']', position) : text.IndexOf(':', position);
            if (bracketed && end < 0)
            {
                return null;
            }

            end = end < 0 ? text.Length : end;
            parts.Add(text[(bracketed ? position + 1 : position)..end]);
            position = bracketed ? end + 1 : end;
            if (position == text.Length)
            {
                return [.. parts];
            }

            if (text[position] != ':')
            {
                return null;
            }

            position++;
        }
    }
}
