using Grpc.Core;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Cluster.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Tests.Cluster;

namespace Teleport.Auth.Tests;

public sealed class AuthServiceRoleTests
{
    private static readonly string[] PresetNames =
        ["access", "access-plugin", "access-plugin-with-review", "admin", "auditor", "editor", "requester", "reviewer"];

    [Fact]
    public async Task Role_FreshStorage_MakesACluster()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();

        PingResponse ping = await cluster.Admin.Cluster.PingAsync(new PingRequest());
        List<Role> roles = await AuthCluster.ListAsync<Role>(cluster.Admin, ResourceKinds.Role);
        List<Server> servers = await AuthCluster.ListAsync<Server>(cluster.Admin, ResourceKinds.AuthServer);

        Assert.Equal(AuthCluster.Name, ping.ClusterName);
        Assert.Equal(cluster.Offer.CaPins, ping.CaPins);
        Assert.Equal(PresetNames, roles.Select(static r => r.Metadata.Name));
        Assert.Equal(ping.ServerId, Assert.Single(servers).Metadata.Name);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(cluster.Instance.DataDir, "proc", "admin.identity")));
    }

    [Fact]
    public async Task Role_Restarted_KeepsEverything()
    {
        string folder = Directory.CreateTempSubdirectory("teleport-auth-").FullName;
        try
        {
            string pin;
            await using (AuthCluster first = await AuthCluster.StartAsync(dataDir: folder))
            {
                pin = first.Offer.CaPins[0];
                await first.UserAsync("alice", "access");
            }

            await using AuthCluster second = await AuthCluster.StartAsync(dataDir: folder);

            Assert.Equal(pin, second.Offer.CaPins[0]);
            Assert.Equal("alice", Assert.Single(await AuthCluster.ListAsync<User>(second.Admin, ResourceKinds.User)).Metadata.Name);
            Assert.NotEmpty(await second.EventsAsync("user.create"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Watch_NodeJoinsAndLeaves_IsToldInOrder()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        JoinedHost node = await cluster.JoinAsync(SystemRole.Node);
        using AsyncServerStreamingCall<WatchEvent> watch = proxy.Client.Resources.Watch(
            new WatchRequest { Kinds = { ResourceKinds.Node, ResourceKinds.Role } }, cancellationToken: TestContext.Current.CancellationToken);

        var initial = new List<string>();
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken) && watch.ResponseStream.Current.Type != WatchEvent.Types.Type.InitDone)
        {
            initial.Add(watch.ResponseStream.Current.Resource.Name);
        }

        long revision = watch.ResponseStream.Current.Revision;
        await Announcements.NodeAsync(node);
        await Announcements.NodeAsync(node);
        await node.Client.Presence.WithdrawAsync(new Api.Presence.V1.WithdrawRequest { Kind = ResourceKinds.Node });

        Assert.Equal(PresetNames, initial);
        await ExpectAsync(watch, WatchEvent.Types.Type.Put, node.HostId);
        // The second heartbeat said nothing new.
        await ExpectAsync(watch, WatchEvent.Types.Type.Delete, node.HostId);

        using AsyncServerStreamingCall<WatchEvent> resumed = proxy.Client.Resources.Watch(
            new WatchRequest { Kinds = { ResourceKinds.Node }, AfterRevision = revision }, cancellationToken: TestContext.Current.CancellationToken);
        await ExpectAsync(resumed, WatchEvent.Types.Type.Put, node.HostId);
        await ExpectAsync(resumed, WatchEvent.Types.Type.Delete, node.HostId);
    }

    private static async Task ExpectAsync(AsyncServerStreamingCall<WatchEvent> watch, WatchEvent.Types.Type type, string name)
    {
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal((type, name), (watch.ResponseStream.Current.Type, watch.ResponseStream.Current.Resource.Name));
    }
}
