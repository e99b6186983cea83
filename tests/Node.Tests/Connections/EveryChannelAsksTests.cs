using System.Net;
using System.Net.Sockets;
using Teleport.Abstractions.Resources;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Node.Tests.Connections;

/// <summary>All that can be asked of an open connection, by hand: what the roles allow now counts, not what they allowed at the login.</summary>
public sealed class EveryChannelAsksTests : IAsyncDisposable
{
    private readonly TestNode _node = new(roles: TestNode.AllowRole("dev", new RoleOptions { ForwardAgent = true }, TestNode.Login));
    private readonly TcpListener _tcp = new(IPAddress.Loopback, 0);
    private readonly Socket _unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _folder = Directory.CreateTempSubdirectory("node-tests-").FullName;

    public EveryChannelAsksTests()
    {
        _tcp.Start();
        _unix.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "unix")));
        _unix.Listen();
    }

    [Fact]
    public async Task H13_RoleTakenAway_EveryKindOfChannelAndForwardingIsRefused()
    {
        await using SshConnection connection = await _node.ConnectAsync(TestNode.Identity(TestNode.Login));
        var granted = await AskForEverythingAsync(connection, "before");
        Assert.All(granted, static answer => Assert.True(answer.Granted, answer.What));

        _node.Change(static cluster => cluster with { Roles = cluster.Roles.Clear() });

        var refused = await AskForEverythingAsync(connection, "after");
        Assert.All(refused, static answer => Assert.False(answer.Granted, answer.What));
        Assert.False(File.Exists(Path.Combine(_folder, "after")));
    }

    public async ValueTask DisposeAsync()
    {
        _tcp.Stop();
        _unix.Dispose();
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<List<(string What, bool Granted)>> AskForEverythingAsync(SshConnection connection, string name) =>
    [
        ("session", await OpensAsync(() => connection.OpenChannelAsync("session"))),
        ("direct-tcpip", await OpensAsync(() => connection.OpenChannelAsync(new DirectTcpip("127.0.0.1", (uint)((IPEndPoint)_tcp.LocalEndpoint).Port, "127.0.0.1", 1)))),
        ("direct-streamlocal", await OpensAsync(() => connection.OpenChannelAsync(new DirectStreamLocal(Path.Combine(_folder, "unix"), "", 0)))),
        ("tcpip-forward", await AsksAsync(connection, TcpipForward.Name, new TcpipForward("127.0.0.1", 0).ToBytes())),
        ("streamlocal-forward", await AsksAsync(connection, StreamLocalForward.Name, new StreamLocalForward(Path.Combine(_folder, name)).ToBytes())),
    ];

    private static async Task<bool> OpensAsync(Func<Task<SshChannel>> open)
    {
        try
        {
            await using SshChannel channel = await open().WaitAsync(TimeSpan.FromSeconds(30));
            return true;
        }
        catch (SshChannelOpenException)
        {
            return false;
        }
    }

    private static async Task<bool> AsksAsync(SshConnection connection, string name, byte[] request) =>
        (await connection.SendGlobalRequestAsync(name, request, wantReply: true).WaitAsync(TimeSpan.FromSeconds(30))).IsSuccess;
}
