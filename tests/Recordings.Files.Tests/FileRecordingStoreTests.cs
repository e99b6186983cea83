using Teleport.Abstractions.Recordings;
using Teleport.Testing.Recordings;

namespace Teleport.Recordings.Files.Tests;

public sealed class FileRecordingStoreTests : RecordingStoreConformance
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"teleport-recordings-{Guid.NewGuid():N}");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Complete_Recording_IsForTheOwnerOnly()
    {
        Guid session = Guid.NewGuid();
        RecordingUpload upload = await Store.BeginAsync(session, Limit);
        await Store.UploadPartAsync(upload, 1, "x"u8.ToArray(), Limit);
        Uri uri = await Store.CompleteAsync(upload, Limit);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(uri.LocalPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        Assert.Equal([Path.Combine(_folder, $"{session:D}.rec")], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task ListParts_PartThatWasNotFinished_IsNotCounted()
    {
        RecordingUpload upload = await Store.BeginAsync(Guid.NewGuid(), Limit);
        await Store.UploadPartAsync(upload, 1, "x"u8.ToArray(), Limit);
        await File.WriteAllTextAsync(Path.Combine(_folder, "multi", upload.UploadId, "00002.part.tmp"), "half", Limit);
        Assert.Equal(1, Assert.Single(await Store.ListPartsAsync(upload, Limit)).Number);
    }

    protected override ValueTask<IRecordingStore> OpenAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IRecordingStore>(new FileRecordingStore(_folder, TimeProvider.System));
}
