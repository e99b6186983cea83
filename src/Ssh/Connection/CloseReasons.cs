using System.Net.Sockets;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>Turns exceptions into reasons for the peer and the log, and back.</summary>
internal static class CloseReasons
{
    public static SshCloseReason Of(Exception exception) => exception switch
    {
        SshConnectionException lost => new(lost.Reason, lost.Message, DisconnectReader.IsByPeer(lost), IsOrdinary(lost) ? null : lost),
        SshAlgorithmNegotiationException => new(SshDisconnectReason.KeyExchangeFailed, exception.Message, ByPeer: false, exception),
        SshHostKeyException => new(SshDisconnectReason.HostKeyNotVerifiable, "The host key was not accepted.", ByPeer: false, exception),
        SshAuthenticationException => new(SshDisconnectReason.NoMoreAuthenticationMethods, "No way to log in is left.", ByPeer: false, exception),
        SshException => new(SshDisconnectReason.ProtocolError, exception.Message, ByPeer: false, exception),
        IOException or SocketException or ObjectDisposedException =>
            new(SshDisconnectReason.ConnectionLost, $"The connection was lost: {exception.Message}", ByPeer: false, exception),
        OperationCanceledException => new(SshDisconnectReason.ByApplication, "The connection was cancelled.", ByPeer: false, exception),
        _ => new(SshDisconnectReason.ByApplication, "An internal error ended the connection.", ByPeer: false, exception),
    };

    /// <summary>What waiting calls throw when the connection ended for a reason.</summary>
    public static SshConnectionException ToException(SshCloseReason reason) =>
        reason.Error as SshConnectionException ?? new SshConnectionException(reason.Reason, reason.Description, reason.Error);

    private static bool IsOrdinary(SshConnectionException exception) =>
        DisconnectReader.IsByPeer(exception) && exception.Reason == SshDisconnectReason.ByApplication;
}
