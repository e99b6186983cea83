using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Sftp;

/// <summary>Every extension that our client uses, against any server; those that the server lacks must be refused by name.</summary>
internal static class SftpExtensionsCheck
{
    public static async Task RunAsync(SftpClient client, string home, CancellationToken stop)
    {
        await File.WriteAllTextAsync(Path.Combine(home, "ext"), "0123456789", stop);
        await client.MakeHardLinkAsync("ext", "hard", stop);
        Assert.Equal("0123456789", await File.ReadAllTextAsync(Path.Combine(home, "hard"), stop));

        SftpVolume volume = await client.GetVolumeAsync("ext", stop);
        Assert.True(volume.BlockSize > 0 && volume.MaxNameLength >= 255 && volume.Blocks >= volume.FreeBlocks);

        await client.MakeSymbolicLinkAsync("ext", "soft", stop);
        DateTimeOffset then = DateTimeOffset.FromUnixTimeSeconds(1_000_000);
        await client.SetLinkAttributesAsync("soft", new SftpAttributes { Times = (then, then) }, stop);
        Assert.Equal(then, (await client.GetAttributesAsync("soft", followLinks: false, stop)).Times!.Value.Modify);
        Assert.NotEqual(then, (await client.GetAttributesAsync("soft", followLinks: true, stop)).Times!.Value.Modify);

        await CopyAsync(client, home, stop);
        await IfOfferedAsync(client, "expand-path@openssh.com", async () =>
            Assert.StartsWith("/", await client.ExpandPathAsync("~/x", stop), StringComparison.Ordinal));
        await IfOfferedAsync(client, "users-groups-by-id@openssh.com", async () =>
        {
            (IReadOnlyList<string> users, IReadOnlyList<string> groups) = await client.GetNamesAsync([0, 4_000_000_000], [0], stop);
            Assert.Equal(["root", ""], users);
            Assert.Equal(["root"], groups);
        });
    }

    private static async Task CopyAsync(SftpClient client, string home, CancellationToken stop)
    {
        await using SftpClientFile source = await client.OpenAsync("ext", SftpOpenFlags.Read, cancellationToken: stop);
        await using SftpClientFile target = await client.OpenAsync("copy", SftpOpenFlags.Write | SftpOpenFlags.Create, cancellationToken: stop);
        await target.WriteAsync(0, "ab"u8.ToArray(), stop);
        await target.FlushAsync(stop);
        await IfOfferedAsync(client, "copy-data", async () =>
        {
            await source.CopyToAsync(3, 4, target, 2, stop);
            Assert.Equal("ab3456", await File.ReadAllTextAsync(Path.Combine(home, "copy"), stop));
        });
    }

    private static async Task IfOfferedAsync(SftpClient client, string extension, Func<Task> check)
    {
        if (client.Supports(extension))
        {
            await check();
            return;
        }

        SftpException exception = await Assert.ThrowsAsync<SftpException>(check);
        Assert.Contains(extension, exception.Message, StringComparison.Ordinal);
    }
}
