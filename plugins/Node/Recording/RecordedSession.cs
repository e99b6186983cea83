using Teleport.Node.Processes;

namespace Teleport.Node.Recording;

/// <summary>What a recording says at its beginning.</summary>
internal sealed record RecordedSession
{
    public required Guid SessionId { get; init; }

    public required string User { get; init; }

    public required string Login { get; init; }

    public required string ServerId { get; init; }

    public required string ServerHostname { get; init; }

    public required string ClusterName { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>Size of the terminal; <c>null</c>: none.</summary>
    public TerminalSize? Size { get; init; }

    /// <summary>Kind of the terminal, as <c>xterm</c>; <c>null</c>: none.</summary>
    public string? Terminal { get; init; }

    /// <summary>The command; <c>null</c>: a shell.</summary>
    public string? Command { get; init; }
}
