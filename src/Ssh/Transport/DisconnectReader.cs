using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Transport;

/// <summary>Turns the peer's disconnect message into an exception.</summary>
internal static class DisconnectReader
{
    /// <param name="payload">The message with its number.</param>
    public static SshConnectionException ToException(ReadOnlySpan<byte> payload)
    {
        SshReader reader = new(payload[1..]);
        DisconnectMessage message;
        try
        {
            message = DisconnectMessage.Read(ref reader);
        }
        catch (SshProtocolException exception)
        {
            // It wants to go in any case; what is wrong with its message is kept as the cause.
            return new SshConnectionException(SshDisconnectReason.ProtocolError, "The peer disconnected, with a malformed message.", exception);
        }

        SshDisconnectReason reason = (SshDisconnectReason)message.Reason;
        return new SshConnectionException(reason, $"The peer disconnected: {TextForPeople.Clean(message.Description, TextForPeople.MaxExplanation)} ({reason}).")
        {
            Data = { [ByPeerKey] = true },
        };
    }

    private const string ByPeerKey = "by_peer";

    public static bool IsByPeer(Exception exception) => exception.Data.Contains(ByPeerKey);
}
