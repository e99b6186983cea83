namespace Teleport.Abstractions.Recordings;

/// <summary>A running upload.</summary>
/// <param name="UploadId">Chosen by the store; at most 1024 characters.</param>
/// <param name="SessionId">The session that was recorded.</param>
/// <param name="Begun">When the upload began, UTC.</param>
public sealed record RecordingUpload(string UploadId, Guid SessionId, DateTimeOffset Begun);

/// <summary>A stored part of an upload.</summary>
/// <param name="Number">From 1 to 10000.</param>
/// <param name="Bytes">Its size.</param>
public sealed record RecordingPart(int Number, long Bytes);
