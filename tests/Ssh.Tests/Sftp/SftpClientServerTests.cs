using System.Security.Cryptography;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Sftp;

public sealed class SftpClientServerTests : IAsyncLifetime
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

    [Fact]
    public async Task File_WrittenAndRead_IsTheSame()
    {
        byte[] data = RandomNumberGenerator.GetBytes(1_000_003);
        await using (SftpClientFile file = await _client.OpenAsync("f", SftpOpenFlags.Write | SftpOpenFlags.Create, new SftpAttributes { Mode = 0x1a0 }, Stop))
        {
            await file.WriteAsync(0, data, Stop);
            await file.CloseAsync(Stop);
        }

        Assert.Equal(data, await File.ReadAllBytesAsync(_pair.Path("f"), Stop));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_pair.Path("f")));
        await using SftpClientFile read = await _client.OpenAsync(_pair.Path("f"), SftpOpenFlags.Read, cancellationToken: Stop);
        byte[] back = new byte[data.Length + 10];
        int count = 0;
        while (await read.ReadAsync(count, back.AsMemory(count), Stop) is > 0 and int more)
            count += more;
        Assert.Equal(data, back[..count]);
        Assert.Equal((ulong)data.Length, (await read.GetAttributesAsync(Stop)).Size);
    }

    [Fact]
    public async Task Extensions_OfTheClient_DoWhatTheySay() => await SftpExtensionsCheck.RunAsync(_client, _pair.Home, Stop);

    [Fact]
    public async Task Names_MadeRenamedListedRemoved()
    {
        await _client.MakeDirectoryAsync("d", cancellationToken: Stop);
        await File.WriteAllTextAsync(_pair.Path("d/a"), "a", Stop);
        await File.WriteAllTextAsync(_pair.Path("d/b"), "b", Stop);
        await _client.MakeSymbolicLinkAsync("a", "d/link", Stop);
        Assert.Equal("a", await _client.ReadLinkAsync("d/link", Stop));
        Assert.Equal(_pair.Path("d/a"), await _client.GetRealPathAsync("d/link", Stop));
        Assert.Equal(_pair.Path("d/new"), await _client.GetRealPathAsync("d/new", Stop));
        Assert.True((await _client.GetAttributesAsync("d/link", followLinks: false, Stop)).IsSymbolicLink);
        Assert.True((await _client.GetAttributesAsync("d/link", followLinks: true, Stop)).IsRegularFile);

        List<SftpEntry> entries = [];
        await foreach (SftpEntry entry in _client.ListAsync("d", Stop))
            entries.Add(entry);
        Assert.Equal(["a", "b", "link"], entries.Select(entry => entry.Name).Order());
        Assert.All(entries, entry => Assert.EndsWith(entry.Name, entry.LongName, StringComparison.Ordinal));

        SftpException exists = await Assert.ThrowsAsync<SftpException>(() => _client.RenameAsync("d/a", "d/b", cancellationToken: Stop));
        Assert.Equal(SftpStatus.Failure, exists.Status);
        Assert.Equal("b", await File.ReadAllTextAsync(_pair.Path("d/b"), Stop));
        await _client.RenameAsync("d/a", "d/b", replace: true, Stop);
        Assert.Equal("a", await File.ReadAllTextAsync(_pair.Path("d/b"), Stop));
        await _client.RenameAsync("d", "e", cancellationToken: Stop);

        await _client.RemoveAsync("e/link", Stop);
        await _client.RemoveAsync("e/b", Stop);
        await _client.RemoveDirectoryAsync("e", Stop);
        Assert.Empty(Directory.GetFileSystemEntries(_pair.Home));
    }

    [Fact]
    public async Task Attributes_Set_AreThere()
    {
        await File.WriteAllTextAsync(_pair.Path("f"), "12345", Stop);
        DateTimeOffset time = new(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await _client.SetAttributesAsync("f", new SftpAttributes { Size = 3, Mode = 0x180, Times = (time, time) }, Stop);
        SftpAttributes attributes = await _client.GetAttributesAsync("f", cancellationToken: Stop);
        Assert.Equal((3UL, 0x8180u, time), (attributes.Size!.Value, attributes.Mode!.Value, attributes.Times!.Value.Modify));
        Assert.Equal("123", await File.ReadAllTextAsync(_pair.Path("f"), Stop));
    }

    [Theory]
    [InlineData("missing", SftpStatus.NoSuchFile)]
    [InlineData("file/under", SftpStatus.NoSuchFile)]
    [InlineData("nul\0byte", SftpStatus.BadMessage)]
    public async Task Open_Impossible_SaysWhy(string path, SftpStatus status)
    {
        await File.WriteAllTextAsync(_pair.Path("file"), "", Stop);
        SftpException error = await Assert.ThrowsAsync<SftpException>(() => _client.OpenAsync(path, SftpOpenFlags.Read, cancellationToken: Stop));
        Assert.Equal(status, error.Status);
    }

    [Fact]
    public async Task Open_ExclusiveAppendTruncate_DoAsTheySay()
    {
        await File.WriteAllTextAsync(_pair.Path("f"), "old", Stop);
        await Assert.ThrowsAsync<SftpException>(() => _client.OpenAsync("f", SftpOpenFlags.Write | SftpOpenFlags.Create | SftpOpenFlags.Exclusive, cancellationToken: Stop));
        await using (SftpClientFile file = await _client.OpenAsync("f", SftpOpenFlags.Write | SftpOpenFlags.Append, cancellationToken: Stop))
            await file.WriteAsync(0, "+"u8.ToArray(), Stop);
        Assert.Equal("old+", await File.ReadAllTextAsync(_pair.Path("f"), Stop));
        await using (SftpClientFile file = await _client.OpenAsync("f", SftpOpenFlags.Write | SftpOpenFlags.Truncate, cancellationToken: Stop))
            await file.WriteAsync(0, "new"u8.ToArray(), Stop);
        Assert.Equal("new", await File.ReadAllTextAsync(_pair.Path("f"), Stop));
    }

    [Fact]
    public async Task Events_TellWhatWasDone()
    {
        await using (SftpClientFile file = await _client.OpenAsync("f", SftpOpenFlags.Write | SftpOpenFlags.Create, cancellationToken: Stop))
            await file.WriteAsync(0, new byte[5], Stop);
        await _client.RenameAsync("f", "g", cancellationToken: Stop);
        await Assert.ThrowsAsync<SftpException>(() => _client.RemoveAsync("missing", Stop));
        Assert.Equal(
            [(SftpAction.Open, "f", SftpStatus.Ok), (SftpAction.Close, "f", SftpStatus.Ok), (SftpAction.Rename, "f", SftpStatus.Ok), (SftpAction.Remove, "missing", SftpStatus.NoSuchFile)],
            _pair.Events.Select(e => (e.Action, e.Path, e.Status)));
        Assert.Equal(5, _pair.Events[1].BytesWritten);
        Assert.Equal("g", _pair.Events[2].Target);
    }

    [Fact]
    public async Task ReadOnly_Server_RefusesEveryChange()
    {
        await using SftpPair pair = new(new SftpServerOptions { ReadOnly = true });
        await File.WriteAllTextAsync(pair.Path("f"), "x", Stop);
        await using SftpClient client = await pair.StartClientAsync();
        foreach (Func<Task> change in (Func<Task>[])
            [() => client.OpenAsync("f", SftpOpenFlags.Write, cancellationToken: Stop), () => client.RemoveAsync("f", Stop), () => client.RenameAsync("f", "g", true, Stop),
             () => client.MakeDirectoryAsync("d", cancellationToken: Stop), () => client.SetAttributesAsync("f", new SftpAttributes { Mode = 0 }, Stop),
             () => client.MakeSymbolicLinkAsync("x", "l", Stop), () => client.OpenAsync("n", SftpOpenFlags.Read | SftpOpenFlags.Create, cancellationToken: Stop)])
            Assert.Equal(SftpStatus.PermissionDenied, (await Assert.ThrowsAsync<SftpException>(change)).Status);
        await using SftpClientFile file = await client.OpenAsync("f", SftpOpenFlags.Read, cancellationToken: Stop);
        Assert.Equal(["f"], Directory.GetFileSystemEntries(pair.Home).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Handles_MoreThanAllowed_AreRefusedAndOthersGoOn()
    {
        await using SftpPair pair = new(new SftpServerOptions { MaxHandles = 4 });
        await File.WriteAllTextAsync(pair.Path("f"), "x", Stop);
        await using SftpClient client = await pair.StartClientAsync();
        List<SftpClientFile> files = [];
        for (int i = 0; i < 4; i++)
            files.Add(await client.OpenAsync("f", SftpOpenFlags.Read, cancellationToken: Stop));
        await Assert.ThrowsAsync<SftpException>(() => client.OpenAsync("f", SftpOpenFlags.Read, cancellationToken: Stop));
        await files[0].CloseAsync(Stop);
        await using SftpClientFile again = await client.OpenAsync("f", SftpOpenFlags.Read, cancellationToken: Stop);
        Assert.Equal(1, await again.ReadAsync(0, new byte[9], Stop));
    }
}
