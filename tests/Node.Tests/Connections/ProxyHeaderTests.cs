using System.Net;
using System.Net.Sockets;
using System.Text;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Ssh;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Sessions;

namespace Teleport.Node.Tests.Connections;

public sealed class ProxyHeaderTests : IAsyncDisposable
{
    private static readonly IPEndPoint Client = new(IPAddress.Parse("203.0.113.7"), 4711);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestNode _node = new(roles: TestNode.AllowRole("dev", null, TestNode.Login));

    [Fact]
    public async Task Header_OfAProxy_SaysWhereTheClientIs()
    {
        byte[] header = await HeaderAsync(SystemRole.Proxy, TestNode.HostId.ToString());

        string output = await ExecAsync(header, "echo $SSH_CLIENT");

        Assert.StartsWith("203.0.113.7 4711 ", output, StringComparison.Ordinal);
        Assert.Equal("203.0.113.7:4711", (await _node.EventAsync<SessionStartEvent>()).RemoteAddress);
    }

    [Fact]
    public async Task Header_InPieces_IsUnderstood()
    {
        byte[] header = await HeaderAsync(SystemRole.Proxy, TestNode.HostId.ToString());

        Assert.StartsWith("203.0.113.7 4711 ", await ExecAsync(header, "echo $SSH_CLIENT", pieces: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_None_LeavesTheConnectionAsItIs() =>
        Assert.StartsWith("127.0.0.1 ", await ExecAsync([], "echo $SSH_CLIENT"), StringComparison.Ordinal);

    [Theory]
    [InlineData(SystemRole.Node)]
    [InlineData(SystemRole.Auth)]
    public async Task H11_Header_NotOfAProxy_EndsTheConnection(SystemRole role)
    {
        byte[] header = await HeaderAsync(role, TestNode.HostId.ToString());

        await Assert.ThrowsAnyAsync<SshException>(() => ExecAsync(header, "true"));
        Assert.Empty(_node.Events.OfType<SessionStartEvent>());
    }

    [Fact]
    public async Task H11_Header_ForAnotherNode_EndsTheConnection()
    {
        byte[] header = await HeaderAsync(SystemRole.Proxy, Guid.NewGuid().ToString());

        await Assert.ThrowsAnyAsync<SshException>(() => ExecAsync(header, "true"));
    }

    [Fact]
    public async Task H11_Header_Unsigned_EndsTheConnection() =>
        await Assert.ThrowsAnyAsync<SshException>(() => ExecAsync(Encoding.ASCII.GetBytes("Teleport-Proxy{\"clientAddr\":\"10.0.0.1:1\"}\0"), "true"));

    [Fact]
    public async Task H01_Header_WithoutAnEnd_EndsTheConnection() =>
        await Assert.ThrowsAnyAsync<SshException>(() => ExecAsync(Encoding.ASCII.GetBytes("Teleport-Proxy{" + new string('x', 100_000)), "true"));

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    private async Task<byte[]> HeaderAsync(SystemRole role, string nodeHostId)
    {
        SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCertificate certificate = _node.HostCertificate(key, role, Guid.NewGuid(), ["proxy"]);
        return await ProxyHeader.WriteAsync(SshCredential.FromCertificate(key, certificate), Client, nodeHostId, DateTimeOffset.UtcNow, CancellationToken.None);
    }

    private async Task<string> ExecAsync(byte[] header, string command, bool pieces = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _node.Port);
        for (int sent = 0, size = pieces ? 100 : Math.Max(1, header.Length); sent < header.Length; sent += size)
        {
            await socket.SendAsync(header.AsMemory(sent, Math.Min(size, header.Length - sent)));
            await Task.Yield();
        }

        await using SshConnection connection = await _node.ConnectAsync(TestNode.Identity(TestNode.Login), socket);
        await using SshSession session = await SshSession.OpenAsync(connection);
        await session.ExecAsync(command);
        using var reader = new StreamReader(session.Stdout.AsStream());
        return await reader.ReadToEndAsync().WaitAsync(Limit);
    }
}
