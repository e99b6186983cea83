namespace Teleport.Ssh;

/// <summary>The peer refused to open a channel.</summary>
/// <param name="reason">The peer's reason code; values beyond the enumeration are possible.</param>
/// <param name="description">The peer's text, its control characters removed; may be empty.</param>
public sealed class SshChannelOpenException(ChannelOpenFailure reason, string description)
    : SshException(description.Length == 0 ? $"The peer refused to open the channel: {reason}." : $"The peer refused to open the channel: {description} ({reason}).")
{
    /// <summary>The peer's reason code; values beyond the enumeration are possible.</summary>
    public ChannelOpenFailure Reason { get; } = reason;

    /// <summary>The peer's text, its control characters removed; may be empty.</summary>
    public string Description { get; } = description;
}
