namespace Teleport.Ssh.Connection;

/// <summary>Which ends of a channel are over (RFC 4254 section 5.3).</summary>
/// <remarks>
/// <code>
/// None ── EOF sent ──┐                      each side may send EOF once, and CLOSE once, with or without EOF;
///   └──── EOF received ┴─ CLOSE sent ─┐     a CLOSE received is answered by ours at once;
///                         CLOSE received ─┴─ gone: the number may be used again
/// </code>
/// </remarks>
[Flags]
internal enum ChannelFlags
{
    None = 0,
    EofSent = 1,
    EofReceived = 2,
    CloseSent = 4,
    CloseReceived = 8,
    Gone = CloseSent | CloseReceived,
}
