namespace Teleport.Ssh.Connection;

/// <summary>A global or channel request of the peer, copied out of its packet.</summary>
internal readonly record struct InboundRequest(string Name, byte[] Payload, bool WantReply);
