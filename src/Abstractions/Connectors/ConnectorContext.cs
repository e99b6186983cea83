using Teleport.Abstractions.Storage;

namespace Teleport.Abstractions.Connectors;

/// <summary>What a connector works with.</summary>
/// <param name="ClusterName">The cluster it logs in to.</param>
/// <param name="Name">Its own name, as in <c>tsh login --auth NAME</c>.</param>
/// <param name="Storage">The cluster's state.</param>
/// <param name="Area">The only part of the state that the connector touches: keys below it are the connector's own.</param>
public sealed record ConnectorContext(string ClusterName, string Name, IBackend Storage, BackendKey Area);
