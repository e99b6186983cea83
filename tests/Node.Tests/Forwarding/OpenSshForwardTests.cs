using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Resources;

namespace Teleport.Node.Tests.Forwarding;

public sealed class OpenSshForwardTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestNode _node = new(roles: TestNode.AllowRole("dev", null, TestNode.Login));
    private readonly OpenSsh _user;
    private readonly TcpListener _echo = new(IPAddress.Loopback, 0);
    private readonly Task _echoing;

    public OpenSshForwardTests()
    {
        _user = new OpenSsh(_node, TestNode.Identity(TestNode.Login));
        _echo.Start();
        _echoing = EchoAsync();
    }

    private int EchoPort => ((IPEndPoint)_echo.LocalEndpoint).Port;

    [Fact]
    public async Task Local_Port_ReachesTheTargetAndIsAudited()
    {
        int port = FreePort();
        using Process client = _user.Start("-N", "-o", "ExitOnForwardFailure=yes", "-L", $"127.0.0.1:{port}:127.0.0.1:{EchoPort}", "node");

        Assert.Equal("hello", await AskAsync(port, "hello"));

        PortForwardEvent forwarded = await _node.EventAsync<PortForwardEvent>();
        Assert.Equal(("T3003I", $"127.0.0.1:{EchoPort}"), (forwarded.Code, forwarded.Address));
        client.Kill();
    }

    [Fact]
    public async Task Local_NobodyListens_IsRefusedAndAudited()
    {
        (int code, _, string errors) = await _user.SshAsync("-W", $"127.0.0.1:{FreePort()}", "node");

        Assert.NotEqual(0, code);
        Assert.Contains("stdio forwarding failed", errors);
        Assert.Equal("T3003E", (await _node.EventAsync<PortForwardEvent>()).Code);
    }

    [Fact]
    public async Task Dynamic_Socks_ReachesTheTarget()
    {
        int port = FreePort();
        using Process client = _user.Start("-N", "-D", $"127.0.0.1:{port}", "node");

        using TcpClient socks = await ConnectAsync(port);
        NetworkStream stream = socks.GetStream();
        await stream.WriteAsync(new byte[] { 5, 1, 0 });
        await ReadAsync(stream, 2);
        await stream.WriteAsync(new byte[] { 5, 1, 0, 1, 127, 0, 0, 1, (byte)(EchoPort >> 8), (byte)EchoPort });
        await ReadAsync(stream, 10);
        await stream.WriteAsync("ping"u8.ToArray());

        Assert.Equal("ping", Encoding.ASCII.GetString(await ReadAsync(stream, 4)));
        client.Kill();
    }

    [Fact]
    public async Task Remote_Port_ReachesTheClient()
    {
        using Process client = _user.Start("-R", $"0:127.0.0.1:{EchoPort}", "-v", "node", "echo ready; cat");
        string port = "";
        while (await client.StandardError.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            if (line.Contains("Allocated port", StringComparison.Ordinal) || line.Contains("remote forward success", StringComparison.Ordinal))
            {
                port = new string([.. line.SkipWhile(static c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
            }

            if (line.Contains("Allocated port", StringComparison.Ordinal))
            {
                break;
            }
        }

        Assert.Equal("back", await AskAsync(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), "back"));
        client.Kill();
    }

    [Fact]
    public async Task UnixSockets_BothWays_Work()
    {
        string remote = _user.File("remote.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        string target = _user.File("target.sock");
        listener.Bind(new UnixDomainSocketEndPoint(target));
        listener.Listen();
        int port = FreePort();
        using Process client = _user.Start("-N", "-L", $"127.0.0.1:{port}:{target}", "-R", $"{remote}:127.0.0.1:{EchoPort}", "node");

        using TcpClient toSocket = await ConnectAsync(port);
        using Socket accepted = await listener.AcceptAsync().WaitAsync(Limit);
        await toSocket.GetStream().WriteAsync("to unix"u8.ToArray());
        var buffer = new byte[7];
        await accepted.ReceiveAsync(buffer).WaitAsync(Limit);
        Assert.Equal("to unix", Encoding.ASCII.GetString(buffer));

        await WaitForAsync(() => File.Exists(remote));
        using var fromSocket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await fromSocket.ConnectAsync(new UnixDomainSocketEndPoint(remote));
        await fromSocket.SendAsync("unix"u8.ToArray());
        buffer = new byte[4];
        await fromSocket.ReceiveAsync(buffer).WaitAsync(Limit);
        Assert.Equal("unix", Encoding.ASCII.GetString(buffer));

        client.Kill();
        await WaitForAsync(() => !File.Exists(remote));
    }

    [Fact]
    public async Task H17_Agent_Socket_IsTheUsersAloneAndGoesAway()
    {
        (_, string agent, _) = await _user.RunAsync("ssh-agent", "", ["-s"]);
        string socket = agent.Split(['=', ';'])[1];
        string pid = agent.Split("SSH_AGENT_PID=")[1].Split(';')[0];
        await _user.RunAsync("sh", "", ["-c", $"SSH_AUTH_SOCK={socket} ssh-add -q {_user.File("id")}"]);

        const string Look = "ssh-add -l; stat -c '%U %a' $SSH_AUTH_SOCK; stat -c '%U %a' $(dirname $SSH_AUTH_SOCK); echo $SSH_AUTH_SOCK";
        (int code, string output, string errors) = await _user.RunAsync(
            "env", "", [$"SSH_AUTH_SOCK={socket}", "ssh", "-F", _user.File("config"), "-A", "node", Look]);

        await _user.RunAsync("kill", "", [pid]);
        Assert.True(code == 0, errors + output);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("ECDSA", lines[0]);
        Assert.Equal([$"{TestNode.Login} 600", $"{TestNode.Login} 711"], lines[^3..^1]);
        await WaitForAsync(() => !File.Exists(lines[^1]));
    }

    [Fact]
    public async Task H17_Agent_SocketOfAnotherUser_BelongsToThatUser()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can become another user");
        using var sockets = new Teleport.Node.Forwarding.AgentSockets();

        using Teleport.Node.Forwarding.AgentSocket socket = sockets.Create(Teleport.Node.Processes.LocalUser.Find("nobody")!);

        Assert.Equal("nobody 600", (await _user.RunAsync("stat", "", ["-c", "%U %a", socket.Path])).Output.Trim());
        Assert.Equal("root 711", (await _user.RunAsync("stat", "", ["-c", "%U %a", Path.GetDirectoryName(socket.Path)!])).Output.Trim());
    }

    [Fact]
    public async Task H13_ForwardingForbiddenByRole_RefusesEveryWay()
    {
        _node.Change(cluster => cluster with
        {
            Roles = cluster.Roles.SetItem("dev", TestNode.AllowRole("dev", new RoleOptions { PortForwarding = false, ForwardAgent = false }, TestNode.Login)),
        });

        (int direct, _, _) = await _user.SshAsync("-W", $"127.0.0.1:{EchoPort}", "node");
        (int remote, _, _) = await _user.SshAsync("-o", "ExitOnForwardFailure=yes", "-R", $"0:127.0.0.1:{EchoPort}", "node", "true");
        (int unix, _, _) = await _user.SshAsync("-o", "ExitOnForwardFailure=yes", "-R", $"{_user.File("s")}:127.0.0.1:{EchoPort}", "node", "true");
        (_, string agent, _) = await _user.SshAsync("-A", "node", "echo agent=$SSH_AUTH_SOCK");

        Assert.All([direct, remote, unix], static code => Assert.NotEqual(0, code));
        Assert.Equal("agent=\n", agent);
        Assert.Equal(3, _node.Events.OfType<PortForwardEvent>().Count(static e => e.Code == "T3003E"));
    }

    public async ValueTask DisposeAsync()
    {
        _echo.Stop();
        await _echoing;
        _user.Dispose();
        await _node.DisposeAsync();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return client;
            }
            catch (SocketException)
            {
                client.Dispose();
                await Task.Delay(20, limit.Token);
            }
        }
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        using var limit = new CancellationTokenSource(Limit);
        var buffer = new byte[count];
        await stream.ReadExactlyAsync(buffer, limit.Token);
        return buffer;
    }

    private static async Task<string> AskAsync(int port, string question)
    {
        using TcpClient client = await ConnectAsync(port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(question));
        return Encoding.ASCII.GetString(await ReadAsync(client.GetStream(), question.Length));
    }

    private async Task EchoAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _echo.AcceptTcpClientAsync();
                _ = Task.Run(async () =>
                {
                    using (client)
                    {
                        await client.GetStream().CopyToAsync(client.GetStream());
                    }
                });
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test ends.
        }
    }
}
