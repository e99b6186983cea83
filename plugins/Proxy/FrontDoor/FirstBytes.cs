namespace Teleport.Proxy.FrontDoor;

/// <summary>What a connection speaks.</summary>
internal enum FirstBytesKind
{
    /// <summary>More bytes are needed to tell.</summary>
    Undecided,

    /// <summary>SSH: an identification string (RFC 4253 section 4.2).</summary>
    Ssh,

    /// <summary>TLS: a handshake record (RFC 8446 section 5.1).</summary>
    Tls,

    /// <summary>HTTP without TLS.</summary>
    PlainHttp,

    /// <summary>A load balancer that names the true client, before anything else.</summary>
    ProxyHeader,

    /// <summary>Nothing that is served here.</summary>
    Unknown,
}

/// <summary>Tells protocols apart by their first bytes. Pure.</summary>
internal static class FirstBytes
{
    private const byte TlsHandshakeRecord = 0x16;

    private static readonly (byte[] Prefix, FirstBytesKind Kind)[] Prefixes =
    [
        ([.. "SSH-"u8], FirstBytesKind.Ssh),
        ([.. ProxyProtocolHeader.TextSignature], FirstBytesKind.ProxyHeader),
        ([.. ProxyProtocolHeader.BinarySignature], FirstBytesKind.ProxyHeader),
        ([.. "GET "u8], FirstBytesKind.PlainHttp),
        ([.. "HEAD "u8], FirstBytesKind.PlainHttp),
        ([.. "POST "u8], FirstBytesKind.PlainHttp),
        ([.. "PUT "u8], FirstBytesKind.PlainHttp),
        ([.. "PATCH "u8], FirstBytesKind.PlainHttp),
        ([.. "DELETE "u8], FirstBytesKind.PlainHttp),
        ([.. "OPTIONS "u8], FirstBytesKind.PlainHttp),
        ([.. "CONNECT "u8], FirstBytesKind.PlainHttp),
        ([.. "TRACE "u8], FirstBytesKind.PlainHttp),
        ([.. "PRI * HTTP/2.0"u8], FirstBytesKind.PlainHttp),
    ];

    public static FirstBytesKind Classify(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return FirstBytesKind.Undecided;
        }

        if (bytes[0] == TlsHandshakeRecord)
        {
            return FirstBytesKind.Tls;
        }

        bool undecided = false;
        foreach ((byte[] prefix, FirstBytesKind kind) in Prefixes)
        {
            if (bytes.StartsWith(prefix))
            {
                return kind;
            }

            undecided |= prefix.AsSpan().StartsWith(bytes);
        }

        return undecided ? FirstBytesKind.Undecided : FirstBytesKind.Unknown;
    }
}
