using Teleport.Abstractions.Resources;

namespace Teleport.Access.Requests;

/// <summary>What rules of requests look up: the cluster as it is at this moment.</summary>
/// <param name="ClusterName">The cluster's name.</param>
/// <param name="Roles">All roles by name.</param>
/// <param name="FindNode">Finds a node by its id; <c>null</c>: there is none.</param>
public sealed record RequestDirectory(string ClusterName, IReadOnlyDictionary<string, Role> Roles, Func<string, Server?> FindNode);
