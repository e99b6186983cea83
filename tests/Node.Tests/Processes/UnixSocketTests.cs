using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Teleport.Node.Processes;

namespace Teleport.Node.Tests.Processes;

public sealed class UnixSocketTests : IDisposable
{
    private readonly SpawnFixture _fixture = new();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public async Task Connect_Listener_GivesTheConnection()
    {
        string path = Path.Combine(_folder, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();

        using Socket connection = Adopt(await _fixture.Spawner.SocketAsync(SpawnFixture.Self, SpawnMode.Connect, path));

        using Socket accepted = await listener.AcceptAsync().WaitAsync(SpawnFixture.Limit);
        await connection.SendAsync("ping"u8.ToArray());
        var buffer = new byte[4];
        Assert.Equal(4, await accepted.ReceiveAsync(buffer).WaitAsync(SpawnFixture.Limit));
    }

    [Fact]
    public async Task Listen_Connection_Arrives()
    {
        string path = Path.Combine(_folder, "s");

        using Socket listener = Adopt(await _fixture.Spawner.SocketAsync(SpawnFixture.Self, SpawnMode.Listen, path));

        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(path), 8));
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        using Socket accepted = await listener.AcceptAsync().WaitAsync(SpawnFixture.Limit);
        Assert.True(accepted.Connected);

        await _fixture.Spawner.SocketAsync(SpawnFixture.Self, SpawnMode.Unlink, path);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task H17_Connect_SocketOfAnotherUser_IsRefused()
    {
        Assert.SkipUnless(SpawnFixture.IsRoot, "only root can become another user");
        string path = Path.Combine(_folder, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();

        IOException error = await Assert.ThrowsAsync<IOException>(
            () => _fixture.Spawner.SocketAsync(LocalUser.Find("nobody")!, SpawnMode.Connect, path));

        Assert.Equal($"cannot connect to {path}: Permission denied", error.Message);
    }

    [Fact]
    public async Task H17_Unlink_WhatIsNoSocket_Stays()
    {
        string path = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(path, "mine");

        await _fixture.Spawner.SocketAsync(SpawnFixture.Self, SpawnMode.Unlink, path);

        Assert.True(File.Exists(path));
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("")]
    public async Task Connect_NoAbsolutePath_IsRefused(string path)
    {
        IOException error = await Assert.ThrowsAsync<IOException>(() => _fixture.Spawner.SocketAsync(SpawnFixture.Self, SpawnMode.Connect, path));

        Assert.Contains("is not the path of a socket", error.Message);
    }

    public void Dispose()
    {
        _fixture.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Socket Adopt(SafeFileHandle? handle)
    {
        var socket = new Socket(new SafeSocketHandle(handle!.DangerousGetHandle(), ownsHandle: true));
        handle.SetHandleAsInvalid();
        return socket;
    }
}
