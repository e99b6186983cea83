namespace Teleport.Ssh;

/// <summary>Why a connection ended.</summary>
/// <param name="Reason">The reason code.</param>
/// <param name="Description">Text for people; the peer's own is quoted with its control characters removed.</param>
/// <param name="ByPeer">Whether the peer sent a disconnect message.</param>
/// <param name="Error">The exception that ended it; <see langword="null"/> for an ordinary end.</param>
public sealed record SshCloseReason(SshDisconnectReason Reason, string Description, bool ByPeer, Exception? Error = null);
