using Teleport.Abstractions.Audit;
using Teleport.Ssh;

namespace Teleport.Node.Tests.Connections;

public sealed class DrainTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Drain_UnusedConnection_EndsAndARunningSessionIsWaitedFor()
    {
        await using var node = new TestNode(roles: TestNode.AllowRole("dev", null, TestNode.Login));
        using var user = new OpenSsh(node, TestNode.Identity(TestNode.Login));
        await using SshConnection idle = await node.ConnectAsync(TestNode.Identity(TestNode.Login));
        string go = user.File("go");
        Task<(int Code, string Output, string Errors)> session = user.SshAsync("node", $"while [ ! -e {go} ]; do sleep 0.05; done; echo finished");
        await node.EventAsync<SessionStartEvent>();

        Task drained = node.Server.DrainAsync();

        await idle.Completion.WaitAsync(Limit);
        Assert.Contains("the connection was closed by the server: it is shutting down", idle.CloseReason!.Description);
        await Assert.ThrowsAnyAsync<Exception>(() => node.ConnectAsync(TestNode.Identity(TestNode.Login)));
        Assert.False(drained.IsCompleted);
        await File.WriteAllTextAsync(go, "");
        Assert.Equal((0, "finished\n"), ((await session).Code, (await session).Output));
        await drained.WaitAsync(Limit);
    }

    [Fact]
    public async Task Abort_RunningTerminal_IsTold()
    {
        var node = new TestNode(roles: TestNode.AllowRole("dev", null, TestNode.Login));
        using var user = new OpenSsh(node, TestNode.Identity(TestNode.Login));
        Task<(int Code, string Output, string Errors)> session = user.SshAsync("-tt", "node", "sleep 100");
        await node.EventAsync<SessionStartEvent>();

        await node.DisposeAsync();

        (int code, string output, string errors) = await session;
        Assert.NotEqual(0, code);
        Assert.Contains("the connection was closed by the server: it is shutting down", output + errors);
    }
}
