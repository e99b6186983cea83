namespace Teleport.Ssh;

/// <summary>Why a connection is closed (RFC 4253 section 11.1).</summary>
public enum SshDisconnectReason
{
    /// <summary>No reason was given: the transport was lost.</summary>
    None = 0,

    /// <summary>This host may not connect.</summary>
    HostNotAllowedToConnect = 1,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError = 2,

    /// <summary>The key exchange failed, for example for want of a common algorithm.</summary>
    KeyExchangeFailed = 3,

    /// <summary>Reserved.</summary>
    Reserved = 4,

    /// <summary>A packet's authentication tag was wrong.</summary>
    MacError = 5,

    /// <summary>Compressed data could not be read.</summary>
    CompressionError = 6,

    /// <summary>The requested service is not available.</summary>
    ServiceNotAvailable = 7,

    /// <summary>The protocol version is not supported.</summary>
    ProtocolVersionNotSupported = 8,

    /// <summary>The host key could not be verified.</summary>
    HostKeyNotVerifiable = 9,

    /// <summary>The connection was lost, or a time limit passed.</summary>
    ConnectionLost = 10,

    /// <summary>The application ends the connection: the ordinary end.</summary>
    ByApplication = 11,

    /// <summary>There are too many connections.</summary>
    TooManyConnections = 12,

    /// <summary>The user cancelled the authentication.</summary>
    AuthenticationCancelledByUser = 13,

    /// <summary>No authentication method is left.</summary>
    NoMoreAuthenticationMethods = 14,

    /// <summary>The user name is not allowed.</summary>
    IllegalUserName = 15,
}
