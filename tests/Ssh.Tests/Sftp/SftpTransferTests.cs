using System.Security.Cryptography;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Sftp;

public sealed class SftpTransferTests : IAsyncLifetime
{
    private readonly SftpPair _pair = new();
    private SftpClient _client = null!;

    public async ValueTask InitializeAsync() => _client = await _pair.StartClientAsync();

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _pair.DisposeAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Local(string name) => _pair.Folder.Path(name);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(20_000_001)]
    public async Task File_UpAndDown_IsTheSame(int size)
    {
        byte[] data = RandomNumberGenerator.GetBytes(size);
        await File.WriteAllBytesAsync(Local("source"), data, Stop);
        List<SftpProgress> steps = [];
        SftpTransferOptions options = new() { Progress = new Recorder(steps) };
        await _client.UploadAsync(Local("source"), "remote", options, Stop);
        Assert.Equal(data, await File.ReadAllBytesAsync(_pair.Path("remote"), Stop));
        await _client.DownloadAsync("remote", Local("back"), options, Stop);
        Assert.Equal(data, await File.ReadAllBytesAsync(Local("back"), Stop));
        if (size > 0)
        {
            Assert.Equal(2, steps.Count(step => step.Transferred == size && step.Total == size));
            Assert.Equal(steps.Where(s => s.Path == "remote").Select(s => s.Transferred).Order(), steps.Where(s => s.Path == "remote").Select(s => s.Transferred));
        }
    }

    [Fact]
    public async Task Tree_UpAndDown_IsTheSame()
    {
        Directory.CreateDirectory(Local("tree/sub/deep"));
        await File.WriteAllTextAsync(Local("tree/a"), "a", Stop);
        await File.WriteAllTextAsync(Local("tree/sub/deep/b"), "b", Stop);
        File.CreateSymbolicLink(Local("tree/link"), "a");
        File.CreateSymbolicLink(Local("tree/loop"), ".");
        Tool.Run("mkfifo", [Local("tree/pipe")]);
        File.SetUnixFileMode(Local("tree/a"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetLastWriteTimeUtc(Local("tree/a"), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));

        List<string> skipped = [];
        SftpTransferOptions options = new() { Recursive = true, Preserve = true, OnSkipped = (path, _) => skipped.Add(Path.GetFileName(path)) };
        await _client.UploadAsync(Local("tree"), "up", options, Stop);
        Assert.Equal(["loop", "pipe"], skipped.Order());
        Directory.CreateDirectory(Local("into"));
        await _client.DownloadAsync("up", Local("into"), options, Stop);
        foreach (string root in (string[])[_pair.Path("up"), Local("into/up")])
        {
            Assert.Equal("a", await File.ReadAllTextAsync(root + "/a", Stop));
            Assert.Equal("a", await File.ReadAllTextAsync(root + "/link", Stop));
            Assert.Equal("b", await File.ReadAllTextAsync(root + "/sub/deep/b", Stop));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute, File.GetUnixFileMode(root + "/a"));
            Assert.Equal(new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), File.GetLastWriteTimeUtc(root + "/a"));
            Assert.False(File.Exists(root + "/pipe"));
        }
    }

    [Fact]
    public async Task Tree_WithoutRecursive_IsRefused()
    {
        Directory.CreateDirectory(Local("tree"));
        Directory.CreateDirectory(_pair.Path("tree"));
        await Assert.ThrowsAsync<SftpException>(() => _client.UploadAsync(Local("tree"), "x", cancellationToken: Stop));
        await Assert.ThrowsAsync<SftpException>(() => _client.DownloadAsync("tree", Local("x"), cancellationToken: Stop));
    }

    [Fact]
    public async Task Resume_AfterACut_CopiesOnlyTheRest()
    {
        byte[] data = RandomNumberGenerator.GetBytes(1_000_000);
        await File.WriteAllBytesAsync(Local("source"), data, Stop);
        await File.WriteAllBytesAsync(_pair.Path("remote"), data[..400_000], Stop);
        SftpTransferOptions resume = new() { Resume = true };
        await _client.UploadAsync(Local("source"), "remote", resume, Stop);
        Assert.Equal(data, await File.ReadAllBytesAsync(_pair.Path("remote"), Stop));
        Assert.Equal(600_000, _pair.Events.Single(e => e.Action == SftpAction.Close).BytesWritten);

        await File.WriteAllBytesAsync(Local("back"), data[..999_999], Stop);
        await _client.DownloadAsync("remote", Local("back"), resume, Stop);
        Assert.Equal(data, await File.ReadAllBytesAsync(Local("back"), Stop));
        Assert.Equal(1, _pair.Events.Last(e => e.Action == SftpAction.Close).BytesRead);

        await File.WriteAllBytesAsync(Local("back"), [.. data, 1], Stop);
        await Assert.ThrowsAsync<SftpException>(() => _client.DownloadAsync("remote", Local("back"), resume, Stop));
    }

    [Fact]
    public async Task Download_OfUnknownSize_ReadsToTheEnd()
    {
        await _client.DownloadAsync("/proc/self/status", Local("status"), cancellationToken: Stop);
        Assert.StartsWith("Name:", await File.ReadAllTextAsync(Local("status"), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_Cancelled_StopsAndTheClientGoesOn()
    {
        await File.WriteAllBytesAsync(_pair.Path("big"), new byte[50_000_000], Stop);
        using CancellationTokenSource cancel = new();
        SftpTransferOptions options = new() { Progress = new Canceller(cancel) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.DownloadAsync("big", Local("big"), options, cancel.Token));
        Assert.Equal(50_000_000UL, (await _client.GetAttributesAsync("big", cancellationToken: Stop)).Size);
    }

    private sealed class Recorder(List<SftpProgress> steps) : IProgress<SftpProgress>
    {
        public void Report(SftpProgress value) => steps.Add(value);
    }

    private sealed class Canceller(CancellationTokenSource source) : IProgress<SftpProgress>
    {
        public void Report(SftpProgress value) => source.Cancel();
    }
}
