namespace Teleport.Integration.Tests;

/// <summary>The cluster is killed in the middle of its work and starts again.</summary>
[Collection("programs")]
public sealed class PowerCutTests(RunningCluster cluster) : IClassFixture<RunningCluster>
{
    [Fact]
    public async Task H46_KilledAndStartedAgain_NothingAcknowledgedIsLost()
    {
        string pin = await cluster.TctlAsync("status");
        await cluster.TctlAsync("tokens", "add", "--type=node", "--value=a-token-that-must-survive-1");
        for (int round = 0; round < 3; round++)
        {
            await cluster.TctlAsync("users", "add", $"user{round}", "--roles=access", "--logins=x");
            await cluster.KillAndStartAsync();
        }

        string users = await cluster.TctlAsync("users", "ls");
        Assert.All(["alice", "user0", "user1", "user2"], name => Assert.Contains(name, users, StringComparison.Ordinal));
        Assert.Contains("Node", await cluster.TctlAsync("tokens", "ls"), StringComparison.Ordinal);
        Assert.Equal(pin, await cluster.TctlAsync("status"));
        (int status, string output, string error) = await cluster.TshAsync("", "ssh", $"{RunningCluster.Login}@web1", "echo still here");
        Assert.True((status, output) == (0, "still here\n"), error);
        string log = await File.ReadAllTextAsync(cluster.File("data/log/events.log"), TestContext.Current.CancellationToken);
        Assert.Equal(4, log.Split('\n').Count(static line => line.Contains("\"user.create\"", StringComparison.Ordinal)));
    }
}
