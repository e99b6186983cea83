namespace Teleport.Node.Recording;

/// <summary>Begins recordings, or does not, as the cluster's settings say.</summary>
internal interface ISessionRecorder
{
    /// <summary>The mode of new sessions, as audit events write it.</summary>
    string Mode { get; }

    /// <summary>Begins the recording of a session.</summary>
    /// <returns><c>null</c>: sessions are not recorded.</returns>
    /// <exception cref="IOException">It cannot be recorded; the session must not begin.</exception>
    ValueTask<ISessionRecording?> BeginAsync(RecordedSession session, CancellationToken cancellationToken);
}
