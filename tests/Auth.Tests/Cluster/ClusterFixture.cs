namespace Teleport.Auth.Tests.Cluster;

/// <summary>One cluster for the tests of a class that do not get in each other's way.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    internal AuthCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await AuthCluster.StartAsync();

    public async ValueTask DisposeAsync() => await Cluster.DisposeAsync();
}
