using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Storage;
using Teleport.Testing.Storage;

namespace Teleport.Storage.Sqlite.Tests;

public sealed class SqliteBackendTests : BackendConformance
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"teleport-sqlite-{Guid.NewGuid():N}");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Open_WhileAnotherHasIt_IsRefusedWithAdvice()
    {
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(async () => await OpenAsync(Limit));
        Assert.Equal(ErrorCode.Unavailable, error.Code);
        Assert.Contains("another auth server", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Fresh_FilesAreForTheOwnerOnly()
    {
        await Backend.PutAsync(Key("a"), Bytes("secret"), null, Limit);
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        Assert.All(Directory.EnumerateFiles(_folder), static file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(_folder) & (Others | UnixFileMode.OtherExecute));
    }

    [Fact]
    public async Task Watch_FromLongAgo_IsReadFromTheFile()
    {
        long start = await Backend.PutAsync(Key("start"), Bytes("s"), null, Limit);
        await Task.WhenAll(Enumerable.Range(0, 3000).Select(async i => await Backend.PutAsync(Key($"{i}"), Bytes("x"), null, Limit)));
        var seen = new HashSet<BackendKey>();
        await foreach (BackendChange change in Backend.WatchAsync(BackendKey.Of("t"), start, Limit))
        {
            Assert.True(seen.Add(change.Key));
            if (seen.Count == 3000)
            {
                break;
            }
        }
    }

    protected override async ValueTask<IBackend> OpenAsync(CancellationToken cancellationToken) => await SqliteBackend.OpenAsync(
        _folder, new SqliteOptions { BufferSize = 64 }, Time, NullLogger.Instance, cancellationToken);
}
