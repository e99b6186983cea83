using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Audit;

/// <summary>Something that happened on a server in the name of a user, perhaps within a session.</summary>
public abstract record ServerEvent : ActorEvent
{
    /// <summary>The login on the server.</summary>
    [JsonPropertyName("login")]
    public string? Login { get; init; }

    /// <summary>Access requests that the user's certificate carries; <c>null</c>: none.</summary>
    [JsonPropertyName("access_requests")]
    public IReadOnlyList<string>? AccessRequests { get; init; }

    /// <summary>The session, a UUID.</summary>
    [JsonPropertyName("sid")]
    public string? SessionId { get; init; }

    /// <summary>Always <c>default</c>.</summary>
    [JsonPropertyName("namespace")]
    public string Namespace { get; } = "default";

    /// <summary>The server's host id.</summary>
    [JsonPropertyName("server_id")]
    public string? ServerId { get; init; }

    /// <summary>The server's name.</summary>
    [JsonPropertyName("server_hostname")]
    public string? ServerHostname { get; init; }

    /// <summary>The server's address.</summary>
    [JsonPropertyName("server_addr")]
    public string? ServerAddress { get; init; }

    /// <summary>The server's labels.</summary>
    [JsonPropertyName("server_labels")]
    public IReadOnlyDictionary<string, string>? ServerLabels { get; init; }

    /// <summary>The server's end of the connection.</summary>
    [JsonPropertyName("addr.local")]
    public string? LocalAddress { get; init; }

    /// <summary>The protocol, as <c>ssh</c>.</summary>
    [JsonPropertyName("proto")]
    public string Protocol { get; init; } = "ssh";
}

/// <summary>A session began.</summary>
public sealed record SessionStartEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "session.start";

    /// <inheritdoc/>
    protected override string EventCode => "T2000I";

    /// <summary>Size of the terminal, <c>WIDTH:HEIGHT</c>; <c>null</c>: none.</summary>
    [JsonPropertyName("size")]
    public string? Size { get; init; }

    /// <summary>The command that was asked for; empty: a shell.</summary>
    [JsonPropertyName("initial_command")]
    public IReadOnlyList<string>? InitialCommand { get; init; }

    /// <summary>Where the session is recorded.</summary>
    [JsonPropertyName("session_recording")]
    public string? SessionRecording { get; init; }
}

/// <summary>The terminal got another size.</summary>
public sealed record ResizeEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "resize";

    /// <inheritdoc/>
    protected override string EventCode => "T2002I";

    /// <summary>The new size, <c>WIDTH:HEIGHT</c>.</summary>
    [JsonPropertyName("size")]
    public required string Size { get; init; }
}

/// <summary>Somebody left a session.</summary>
public sealed record SessionLeaveEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "session.leave";

    /// <inheritdoc/>
    protected override string EventCode => "T2003I";
}

/// <summary>A session ended.</summary>
public sealed record SessionEndEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "session.end";

    /// <inheritdoc/>
    protected override string EventCode => "T2004I";

    /// <summary>Whether commands were traced.</summary>
    [JsonPropertyName("enhanced_recording")]
    public bool EnhancedRecording { get; init; }

    /// <summary>Whether it had a terminal.</summary>
    [JsonPropertyName("interactive")]
    public bool Interactive { get; init; }

    /// <summary>Who took part.</summary>
    [JsonPropertyName("participants")]
    public IReadOnlyList<string> Participants { get; init; } = [];

    /// <summary>When it began.</summary>
    [JsonPropertyName("session_start")]
    public DateTimeOffset SessionStart { get; init; }

    /// <summary>When it ended.</summary>
    [JsonPropertyName("session_stop")]
    public DateTimeOffset SessionStop { get; init; }

    /// <summary>The command that was asked for; empty: a shell.</summary>
    [JsonPropertyName("initial_command")]
    public IReadOnlyList<string>? InitialCommand { get; init; }

    /// <summary>Where the session was recorded.</summary>
    [JsonPropertyName("session_recording")]
    public string? SessionRecording { get; init; }
}

/// <summary>A recording is complete in the store.</summary>
public sealed record SessionUploadEvent : AuditEvent
{
    /// <inheritdoc/>
    protected override string EventType => "session.upload";

    /// <inheritdoc/>
    protected override string EventCode => "T2005I";

    /// <summary>The session.</summary>
    [JsonPropertyName("sid")]
    public required string SessionId { get; init; }

    /// <summary>Where the recording is.</summary>
    [JsonPropertyName("url")]
    public required string Url { get; init; }
}

/// <summary>How much went over a connection.</summary>
public sealed record SessionDataEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "session.data";

    /// <inheritdoc/>
    protected override string EventCode => "T2006I";

    /// <summary>Bytes sent to the client.</summary>
    [JsonPropertyName("tx")]
    public long BytesSent { get; init; }

    /// <summary>Bytes received from the client.</summary>
    [JsonPropertyName("rx")]
    public long BytesReceived { get; init; }
}

/// <summary>A session was refused because a limit was reached.</summary>
public sealed record SessionRejectedEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "session.rejected";

    /// <inheritdoc/>
    protected override string EventCode => "T1006W";

    /// <summary>Which limit, as <c>max_sessions limit reached</c>.</summary>
    [JsonPropertyName("reason")]
    public required string Reason { get; init; }

    /// <summary>The limit.</summary>
    [JsonPropertyName("max")]
    public long Max { get; init; }
}

/// <summary>Somebody watched or exported a recording.</summary>
public sealed record RecordingAccessEvent : ActorEvent
{
    /// <inheritdoc/>
    protected override string EventType => "session.recording.access";

    /// <inheritdoc/>
    protected override string EventCode => "T2012I";

    /// <summary>The session.</summary>
    [JsonPropertyName("sid")]
    public required string SessionId { get; init; }

    /// <summary>How, as <c>pty</c>.</summary>
    [JsonPropertyName("format")]
    public string? Format { get; init; }
}

/// <summary>A connection was refused at SSH authentication.</summary>
public sealed record AuthFailedEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "auth";

    /// <inheritdoc/>
    protected override string EventCode => "T3007W";

    /// <summary>Always <c>false</c>.</summary>
    [JsonPropertyName("success")]
    public bool Success { get; }

    /// <summary>Why.</summary>
    [JsonPropertyName("error")]
    public required string Error { get; init; }
}

/// <summary>A command ran without a terminal.</summary>
public sealed record ExecEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "exec";

    /// <inheritdoc/>
    protected override string EventCode => ExitError is null ? "T3002I" : "T3002E";

    /// <summary>The command line.</summary>
    [JsonPropertyName("command")]
    public required string Command { get; init; }

    /// <summary>Its exit status, as text.</summary>
    [JsonPropertyName("exitCode")]
    public string? ExitCode { get; init; }

    /// <summary>Why it failed; <c>null</c>: it did not.</summary>
    [JsonPropertyName("exitError")]
    public string? ExitError { get; init; }
}

/// <summary>A subsystem was asked for.</summary>
public sealed record SubsystemEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "subsystem";

    /// <inheritdoc/>
    protected override string EventCode => ExitError is null ? "T3001I" : "T3001E";

    /// <summary>Its name, as <c>sftp</c>.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Why it failed; <c>null</c>: it did not.</summary>
    [JsonPropertyName("exitError")]
    public string? ExitError { get; init; }
}

/// <summary>A port was forwarded, or that was refused.</summary>
public sealed record PortForwardEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "port";

    /// <inheritdoc/>
    protected override string EventCode => Success ? "T3003I" : "T3003E";

    /// <summary>Where to.</summary>
    [JsonPropertyName("addr")]
    public required string Address { get; init; }

    /// <summary>Whether it was opened.</summary>
    [JsonPropertyName("success")]
    public required bool Success { get; init; }

    /// <summary>Why it was refused.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}

/// <summary>A connection was ended by the server, and why.</summary>
public sealed record ClientDisconnectEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "client.disconnect";

    /// <inheritdoc/>
    protected override string EventCode => "T3006I";

    /// <summary>Why.</summary>
    [JsonPropertyName("reason")]
    public required string Reason { get; init; }
}

/// <summary>Files were copied by the scp protocol.</summary>
public sealed record ScpEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "scp";

    /// <inheritdoc/>
    protected override string EventCode => (Action, ExitError) switch
    {
        ("download", null) => "T3004I",
        ("download", _) => "T3004E",
        (_, null) => "T3005I",
        _ => "T3005E",
    };

    /// <summary><c>upload</c> or <c>download</c>, as the client sees it.</summary>
    [JsonPropertyName("action")]
    public required string Action { get; init; }

    /// <summary>The path on the server.</summary>
    [JsonPropertyName("path")]
    public required string Path { get; init; }

    /// <summary>The command line.</summary>
    [JsonPropertyName("command")]
    public string? Command { get; init; }

    /// <summary>The exit status, as text.</summary>
    [JsonPropertyName("exitCode")]
    public string? ExitCode { get; init; }

    /// <summary>Why it failed; <c>null</c>: it did not.</summary>
    [JsonPropertyName("exitError")]
    public string? ExitError { get; init; }
}

/// <summary>Something was done by the sftp protocol.</summary>
public sealed record SftpEvent : ServerEvent
{
    /// <inheritdoc/>
    protected override string EventType => "sftp";

    /// <inheritdoc/>
    protected override string EventCode => Number + (Error is null ? "I" : "E");

    /// <summary>The code's number, as <c>TS001</c>, which depends on the action.</summary>
    [JsonIgnore]
    public string Number => Action switch
    {
        "open" => "TS001",
        "setstat" => "TS007",
        "opendir" => "TS009",
        "readdir" => "TS010",
        "remove" => "TS011",
        "mkdir" => "TS012",
        "rmdir" => "TS013",
        "rename" => "TS016",
        "symlink" => "TS018",
        "link" => "TS019",
        _ => "TS020",
    };

    /// <summary>What was done, as <c>open</c>.</summary>
    [JsonPropertyName("action")]
    public required string Action { get; init; }

    /// <summary>The path on the server.</summary>
    [JsonPropertyName("path")]
    public required string Path { get; init; }

    /// <summary>The second path of a rename or link.</summary>
    [JsonPropertyName("target_path")]
    public string? TargetPath { get; init; }

    /// <summary>Why it failed; <c>null</c>: it did not.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
