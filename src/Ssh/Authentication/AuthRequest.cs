using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Authentication;

namespace Teleport.Ssh.Authentication;

/// <summary>An authentication request, copied out of its packet.</summary>
internal sealed record AuthRequest(string UserName, string Service, string Method, byte[] MethodData)
{
    /// <exception cref="SshProtocolException">The request is malformed.</exception>
    public static AuthRequest Parse(ReadOnlyMemory<byte> payload)
    {
        UserAuthRequestMessage message = MessageTable.Parse<UserAuthRequestMessage>(payload.Span);
        return new AuthRequest(message.UserName, message.Service, message.Method, message.MethodData.ToArray());
    }
}
