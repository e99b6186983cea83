using System.Text.Json.Serialization;

namespace Teleport.Recordings;

/// <summary>What is known of a session when it begins.</summary>
public sealed record RecordingStart
{
    /// <summary>The session.</summary>
    public Guid SessionId { get; set; }

    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset Begun { get; set; }

    /// <summary>The user.</summary>
    public string User { get; set; } = "";

    /// <summary>The login on the server.</summary>
    public string Login { get; set; } = "";

    /// <summary>The server's name.</summary>
    public string Hostname { get; set; } = "";

    /// <summary>The server's host id.</summary>
    public string HostId { get; set; } = "";

    /// <summary>The cluster.</summary>
    public string ClusterName { get; set; } = "";

    /// <summary>The terminal's width; 0: there is none.</summary>
    public int Columns { get; set; }

    /// <summary>The terminal's height; 0: there is none.</summary>
    public int Rows { get; set; }

    /// <summary>The kind of terminal, as <c>xterm-256color</c>.</summary>
    public string? Terminal { get; set; }

    /// <summary>The command; <c>null</c>: a shell.</summary>
    public string? Command { get; set; }

    /// <summary>Whether it is one that a writer can have made: whoever shows it relies on it.</summary>
    internal bool IsSound() =>
        Columns is >= 0 and <= RecordingFormat.MaxTerminalSize
        && Rows is >= 0 and <= RecordingFormat.MaxTerminalSize
        && User is not null && Login is not null && Hostname is not null && HostId is not null && ClusterName is not null;
}

/// <summary>How a session ended.</summary>
public sealed record RecordingEnd
{
    /// <summary>The exit status; <c>null</c>: a signal ended it, or it is not known.</summary>
    public int? ExitStatus { get; set; }

    /// <summary>Why the server ended it; <c>null</c>: it did not.</summary>
    public string? Reason { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 8)]
[JsonSerializable(typeof(RecordingStart))]
[JsonSerializable(typeof(RecordingEnd))]
internal sealed partial class RecordingJson : JsonSerializerContext;
