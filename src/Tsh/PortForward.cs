using System.Globalization;
using System.Net;
using Teleport.Abstractions.Errors;

namespace Teleport.Tsh;

/// <summary>A port to forward, as written for <c>-L</c> and <c>-R</c>: <c>[BIND:]PORT:HOST:HOSTPORT</c>, and for <c>-D</c>: <c>[BIND:]PORT</c>.</summary>
internal sealed record PortForward(string Bind, int Port, string Host, int HostPort)
{
    /// <summary>Where a listener of this machine listens.</summary>
    public IPEndPoint ListenEndPoint => new(
        Bind switch
        {
            "" or "localhost" => IPAddress.Loopback,
            "*" => IPAddress.Any,
            _ => IPAddress.TryParse(Bind, out IPAddress? address) ? address : throw TeleportException.Invalid($"\"{Bind}\" is no address of this machine to listen on."),
        },
        Port);

    public static PortForward Parse(string text)
    {
        List<string> parts = Split(text);
        return parts.Count switch
        {
            3 => new PortForward("", ReadPort(parts[0], text), parts[1], ReadPort(parts[2], text)),
            4 => new PortForward(parts[0], ReadPort(parts[1], text), parts[2], ReadPort(parts[3], text)),
            _ => throw TeleportException.Invalid($"\"{text}\" is no port to forward: expected [BIND:]PORT:HOST:HOSTPORT."),
        };
    }

    public static PortForward ParseDynamic(string text)
    {
        List<string> parts = Split(text);
        return parts.Count switch
        {
            1 => new PortForward("", ReadPort(parts[0], text), "", 0),
            2 => new PortForward(parts[0], ReadPort(parts[1], text), "", 0),
            _ => throw TeleportException.Invalid($"\"{text}\" is no port to listen on: expected [BIND:]PORT."),
        };
    }

    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        int start = 0;
        bool bracket = false;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is ('[' or ']'))
            {
                bracket = text[i] == '[';
            }

            if (i == text.Length || (text[i] == ':' && !bracket))
            {
                parts.Add(text[start..i].Trim('[', ']'));
                start = i + 1;
            }
        }

        return parts;
    }

    private static int ReadPort(string text, string whole) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? port
            : throw TeleportException.Invalid($"\"{whole}\" is no port to forward: \"{text}\" is no port.");
}
