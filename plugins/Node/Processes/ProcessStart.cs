namespace Teleport.Node.Processes;

/// <summary>What to run as whom.</summary>
internal sealed record ProcessStart
{
    /// <summary>Whom to become.</summary>
    public required LocalUser User { get; init; }

    /// <summary>Absolute path of the program.</summary>
    public required string Executable { get; init; }

    /// <summary>Its arguments, the name that it is called by first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Its whole environment.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>The terminal to run on; <c>null</c>: pipes.</summary>
    public PseudoTerminal? Terminal { get; init; }

    /// <summary>The user's file of variables, or <c>null</c>.</summary>
    public string? EnvironmentFile { get; init; }

    /// <summary>Files to show first.</summary>
    public IReadOnlyList<string> Welcome { get; init; } = [];

    /// <summary>A folder of a cgroup to join, or <c>null</c>.</summary>
    public string? Cgroup { get; init; }

    /// <summary>The program is ours and reports events on descriptor 3.</summary>
    public bool IsOwnProgram { get; init; }
}
