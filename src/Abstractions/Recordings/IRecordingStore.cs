namespace Teleport.Abstractions.Recordings;

/// <summary>Keeps session recordings: uploaded in parts, complete or absent, never overwritten. Safe for use by several threads.</summary>
public interface IRecordingStore : IAsyncDisposable
{
    /// <summary>Smallest size of every part but the last, in bytes.</summary>
    int MinPartBytes { get; }

    /// <summary>Begins an upload.</summary>
    /// <exception cref="Errors.TeleportException">Code <c>conflict</c>: that session has a complete recording.</exception>
    ValueTask<RecordingUpload> BeginAsync(Guid sessionId, CancellationToken cancellationToken);

    /// <summary>Stores a part, in place of an earlier one of that number. Durable when it returns.</summary>
    /// <param name="upload">A running upload.</param>
    /// <param name="number">From 1 to 10000.</param>
    /// <param name="content">The part's bytes.</param>
    /// <param name="cancellationToken">Stops waiting; the part may or may not be stored then.</param>
    ValueTask UploadPartAsync(RecordingUpload upload, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Numbers and sizes of the parts that are stored, in order.</summary>
    ValueTask<IReadOnlyList<RecordingPart>> ListPartsAsync(RecordingUpload upload, CancellationToken cancellationToken);

    /// <summary>Joins all parts in order of their numbers to the recording.</summary>
    /// <returns>Where it is, for the audit event.</returns>
    ValueTask<Uri> CompleteAsync(RecordingUpload upload, CancellationToken cancellationToken);

    /// <summary>Gives up an upload and removes its parts.</summary>
    ValueTask AbortAsync(RecordingUpload upload, CancellationToken cancellationToken);

    /// <summary>Uploads that were begun and neither completed nor aborted.</summary>
    IAsyncEnumerable<RecordingUpload> ListUploadsAsync(CancellationToken cancellationToken);

    /// <summary>Opens a complete recording for reading; the caller disposes the stream.</summary>
    /// <exception cref="Errors.TeleportException">Code <c>not_found</c>: there is none.</exception>
    ValueTask<Stream> OpenReadAsync(Guid sessionId, CancellationToken cancellationToken);
}
