using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Configuration;

/// <summary>A host and perhaps a port and a scheme, as people write them: <c>host:port</c>, <c>[v6]:port</c>, <c>:port</c>, <c>host</c>, <c>https://host:port</c>.</summary>
/// <param name="Host">A name or an IP address without brackets; empty for every local address.</param>
/// <param name="Port">1 to 65535, 0 for any free one, or <c>null</c> for the default of where it stands.</param>
/// <param name="Scheme"><c>tcp</c>, <c>http</c>, <c>https</c> or <c>unix</c>; <c>null</c> when none was written.</param>
[JsonConverter(typeof(NetworkAddressConverter))]
public sealed record NetworkAddress(string Host, int? Port = null, string? Scheme = null)
{
    private static readonly string[] Schemes = ["tcp", "http", "https", "unix"];

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none; the message says what is wrong.</exception>
    public static NetworkAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string rest = text.Trim();
        string? scheme = null;
        int mark = rest.IndexOf("://", StringComparison.Ordinal);
        if (mark >= 0)
        {
            scheme = rest[..mark].ToLowerInvariant();
            rest = rest[(mark + 3)..].TrimEnd('/');
            if (!Schemes.Contains(scheme))
            {
                throw new FormatException($"\"{text}\" has the unknown scheme \"{scheme}\"; known are tcp, http, https and unix.");
            }
        }

        if (scheme == "unix")
        {
            return new NetworkAddress(rest, null, scheme);
        }

        string host = rest;
        string? port = null;
        if (rest.StartsWith('['))
        {
            int end = rest.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || !(end == rest.Length - 1 || rest[end + 1] == ':'))
            {
                throw new FormatException($"\"{text}\" is not an address: write an IPv6 address as [2001:db8::1]:3022.");
            }

            host = rest[1..end];
            port = end == rest.Length - 1 ? null : rest[(end + 2)..];
        }
        else if (rest.Count(static c => c == ':') == 1)
        {
            int colon = rest.IndexOf(':', StringComparison.Ordinal);
            (host, port) = (rest[..colon], rest[(colon + 1)..]);
        }
        else if (rest.Contains(':', StringComparison.Ordinal) && !IPAddress.TryParse(rest, out _))
        {
            throw new FormatException($"\"{text}\" is not an address: expected host:port.");
        }

        if (host.Length > 253 || host.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or '@' or '"' or '\''))
        {
            throw new FormatException($"\"{text}\" is not an address: \"{host}\" is no host name.");
        }

        if (port is null)
        {
            return host.Length == 0
                ? throw new FormatException("An address is empty: expected host:port.")
                : new NetworkAddress(host, null, scheme);
        }

        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? new NetworkAddress(host, number, scheme)
            : throw new FormatException($"\"{text}\" is not an address: \"{port}\" is no port from 0 to 65535.");
    }

    /// <summary>Reads an address; <c>false</c> when it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NetworkAddress? address)
    {
        address = null;
        if (text is null)
        {
            return false;
        }

        try
        {
            address = Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>The same address with a port, where it has none.</summary>
    public NetworkAddress WithDefaultPort(int port) => Port is null ? this with { Port = port } : this;

    /// <summary>The end point to listen on. Only for an IP address, <c>localhost</c> or an empty host.</summary>
    /// <exception cref="FormatException">The host is a name.</exception>
    public IPEndPoint ToListenEndPoint(int defaultPort) => new(
        Host switch
        {
            "" => IPAddress.Any,
            "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(Host, out IPAddress? address)
                ? address
                : throw new FormatException($"Cannot listen on \"{Host}\": write an IP address of this machine, or 0.0.0.0 for all."),
        },
        Port ?? defaultPort);

    /// <summary>The host and, if known, the port, as <c>host:port</c> or <c>[v6]:port</c>; no scheme.</summary>
    public string ToHostPort()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") : host;
    }

    /// <inheritdoc/>
    public override string ToString() => Scheme is null ? ToHostPort() : $"{Scheme}://{ToHostPort()}";
}

/// <summary>Writes an address as text.</summary>
public sealed class NetworkAddressConverter : JsonConverter<NetworkAddress>
{
    /// <inheritdoc/>
    public override NetworkAddress? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return NetworkAddress.Parse(reader.GetString() ?? "");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, NetworkAddress value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStringValue(value.ToString());
    }
}
