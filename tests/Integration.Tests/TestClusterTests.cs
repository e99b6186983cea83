using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Sessions;
using Teleport.Ssh.Sessions;
using Teleport.Testing.Clusters;

namespace Teleport.Integration.Tests;

/// <summary>The cluster that plugin authors test against.</summary>
[Collection("programs")]
public sealed class TestClusterTests
{
    [Fact]
    public async Task TestCluster_WithTheBuiltPlugins_RunsACommandAndRefusesAForeignLogin()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using TestCluster cluster = await TestCluster.StartAsync(
            new TestClusterOptions { PluginsFolder = Path.Combine(Programs.Output, "plugins") }, stop);
        TestUser alice = await cluster.AddUserAsync("alice", ["access"], [Environment.UserName], stop);

        await using (NodeConnection node = await alice.ConnectAsync("node1", Environment.UserName, stop))
        {
            await using SshSession session = await SshSession.OpenAsync(node.Node, ct: stop);
            await session.ExecAsync("echo hello", stop);
            using var reader = new StreamReader(session.Stdout.AsStream());
            Assert.Equal("hello\n", await reader.ReadToEndAsync(stop));
        }

        TeleportException refused = await Assert.ThrowsAnyAsync<TeleportException>(() => alice.ConnectAsync("node1", "nobody-else", stop));
        Assert.Contains("access denied", refused.Message, StringComparison.Ordinal);
        await using AuthClient auth = alice.OpenAuth();
        Assert.Equal(cluster.Name, (await auth.Cluster.PingAsync(new Teleport.Api.Cluster.V1.PingRequest(), cancellationToken: stop)).ClusterName);
    }
}
