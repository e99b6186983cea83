namespace Teleport.Recordings;

/// <summary>Something that happened in a recorded session.</summary>
/// <param name="Time">Since the session began.</param>
public abstract record RecordingEvent(TimeSpan Time);

/// <summary>The session began; always the first event.</summary>
/// <param name="Time">Zero.</param>
/// <param name="Start">What is known of the session.</param>
public sealed record RecordingStarted(TimeSpan Time, RecordingStart Start) : RecordingEvent(Time);

/// <summary>The terminal showed something.</summary>
/// <param name="Time">Since the session began.</param>
/// <param name="Bytes">As the program wrote it; may begin or end within a character.</param>
public sealed record RecordingOutput(TimeSpan Time, ReadOnlyMemory<byte> Bytes) : RecordingEvent(Time);

/// <summary>The terminal got another size.</summary>
/// <param name="Time">Since the session began.</param>
/// <param name="Columns">Its width, 1 to 10000.</param>
/// <param name="Rows">Its height, 1 to 10000.</param>
public sealed record RecordingResized(TimeSpan Time, int Columns, int Rows) : RecordingEvent(Time);

/// <summary>The session ended; always the last event of a finished recording.</summary>
/// <param name="Time">Since the session began.</param>
/// <param name="End">How it ended.</param>
public sealed record RecordingEnded(TimeSpan Time, RecordingEnd End) : RecordingEvent(Time);
