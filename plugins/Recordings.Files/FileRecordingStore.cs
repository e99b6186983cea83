using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Recordings;

namespace Teleport.Recordings.Files;

/// <summary>Recordings as files of a folder: <c>SESSION.rec</c>, and running uploads as parts in <c>multi/UPLOAD/</c>.</summary>
/// <remarks>Names are made of GUIDs and numbers only, whatever a caller sends. A recording appears by a rename, after its bytes are on disk.</remarks>
public sealed class FileRecordingStore : IRecordingStore
{
    private const int MaxParts = 10_000;
    private const UnixFileMode PrivateFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder;
    private readonly TimeProvider _time;

    /// <summary>Opens the store.</summary>
    /// <param name="folder">An absolute path; made with mode 0700 if it is missing.</param>
    /// <param name="time">The clock.</param>
    public FileRecordingStore(string folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        Directory.CreateDirectory(folder, PrivateFolder);
        Directory.CreateDirectory(Multi, PrivateFolder);
        RemoveLeftovers();
    }

    /// <inheritdoc/>
    public int MinPartBytes => 128 * 1024;

    private string Multi => Path.Combine(_folder, "multi");

    /// <inheritdoc/>
    public async ValueTask<RecordingUpload> BeginAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RefuseIfComplete(sessionId);
        var upload = new RecordingUpload($"{sessionId:D}.{Guid.NewGuid():N}", sessionId, _time.GetUtcNow());
        string folder = FolderOf(upload);
        Directory.CreateDirectory(folder, PrivateFolder);
        await WriteDurablyAsync(Path.Combine(folder, "begun"), Encoding.ASCII.GetBytes(upload.Begun.ToString("O", CultureInfo.InvariantCulture)), cancellationToken);
        return upload;
    }

    /// <inheritdoc/>
    public async ValueTask UploadPartAsync(RecordingUpload upload, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, MaxParts);
        string folder = ExistingFolderOf(upload);
        string part = Path.Combine(folder, PartName(number));
        await WriteDurablyAsync(part, content, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RecordingPart>> ListPartsAsync(RecordingUpload upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<RecordingPart>>([.. Parts(ExistingFolderOf(upload)).Select(static part => new RecordingPart(part.Number, part.File.Length))]);
    }

    /// <inheritdoc/>
    public async ValueTask<Uri> CompleteAsync(RecordingUpload upload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        RefuseIfComplete(upload.SessionId);
        string folder = ExistingFolderOf(upload);
        string joined = Path.Combine(folder, "joined");
        await using (FileStream output = Create(joined))
        {
            foreach ((_, FileInfo part) in Parts(folder))
            {
                await using FileStream input = part.OpenRead();
                await input.CopyToAsync(output, cancellationToken);
            }

            output.Flush(flushToDisk: true);
        }

        try
        {
            // Without overwriting: of two uploads of one session, the first to complete stays.
            File.Move(joined, FileOf(upload.SessionId), overwrite: false);
        }
        catch (IOException) when (File.Exists(FileOf(upload.SessionId)))
        {
            throw Complete(upload.SessionId);
        }

        Directory.Delete(folder, recursive: true);
        return new Uri(FileOf(upload.SessionId));
    }

    /// <inheritdoc/>
    public ValueTask AbortAsync(RecordingUpload upload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Directory.Delete(ExistingFolderOf(upload), recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordingUpload> ListUploadsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string folder in Directory.EnumerateDirectories(Multi))
        {
            // What is left of an upload that was completed: a crash came between joining the parts and removing them.
            bool isOurs = TryParse(Path.GetFileName(folder), out Guid sessionId);
            if (isOurs && !File.Exists(FileOf(sessionId)) && await BeginOfAsync(folder, cancellationToken) is { } begun)
            {
                yield return new RecordingUpload(Path.GetFileName(folder), sessionId, begun);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return ValueTask.FromResult<Stream>(new FileStream(FileOf(sessionId), new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan }));
        }
        catch (FileNotFoundException)
        {
            throw TeleportException.NotFound($"There is no finished recording of the session {sessionId:D}.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async ValueTask<DateTimeOffset?> BeginOfAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            string text = await File.ReadAllTextAsync(Path.Combine(folder, "begun"), cancellationToken);
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTimeOffset begun) ? begun : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // It ended while it was looked at, or a crash came before it began.
            return null;
        }
    }

    private static async ValueTask WriteDurablyAsync(string file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string temporary = file + ".tmp";
        await using (FileStream output = Create(temporary))
        {
            await output.WriteAsync(content, cancellationToken);
            output.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
    }

    private static FileStream Create(string file) => new(file, new FileStreamOptions
    {
        Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous, UnixCreateMode = PrivateFile,
    });

    private static string PartName(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:D5}.part");

    private static IEnumerable<(int Number, FileInfo File)> Parts(string folder) => new DirectoryInfo(folder)
        .EnumerateFiles("*.part")
        .Select(static file => (Number: NumberOf(file), file))
        .Where(static part => part.Number > 0)
        .OrderBy(static part => part.Number);

    private static int NumberOf(FileInfo part) =>
        int.TryParse(Path.GetFileNameWithoutExtension(part.Name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private static bool TryParse(string uploadId, out Guid sessionId)
    {
        sessionId = default;
        return uploadId.Split('.') is [var session, var random]
            && Guid.TryParseExact(session, "D", out sessionId)
            && Guid.TryParseExact(random, "N", out _);
    }

    private static TeleportException Complete(Guid sessionId) =>
        TeleportException.Conflict($"The session {sessionId:D} has a finished recording already; recordings are never overwritten.");

    private string FileOf(Guid sessionId) => Path.Combine(_folder, $"{sessionId:D}.rec");

    private string FolderOf(RecordingUpload upload) => TryParse(upload.UploadId, out Guid sessionId) && sessionId == upload.SessionId
        ? Path.Combine(Multi, upload.UploadId)
        : throw TeleportException.Invalid($"\"{upload.UploadId}\" is no upload of this store.");

    private string ExistingFolderOf(RecordingUpload upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        string folder = FolderOf(upload);
        return Directory.Exists(folder)
            ? folder
            : throw TeleportException.NotFound($"The upload of the session {upload.SessionId:D} was completed or given up.");
    }

    /// <summary>Removes the parts of recordings that are complete.</summary>
    private void RemoveLeftovers()
    {
        foreach (string folder in Directory.EnumerateDirectories(Multi))
        {
            if (TryParse(Path.GetFileName(folder), out Guid sessionId) && File.Exists(FileOf(sessionId)))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private void RefuseIfComplete(Guid sessionId)
    {
        if (File.Exists(FileOf(sessionId)))
        {
            throw Complete(sessionId);
        }
    }
}
