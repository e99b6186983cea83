using Teleport.Abstractions.Resources;

namespace Teleport.Proxy;

/// <summary>What the proxy tells anybody of its cluster.</summary>
/// <param name="ClusterName">The cluster's name.</param>
/// <param name="Login">How users log in.</param>
internal sealed record ClusterFacts(string ClusterName, AuthPreferenceSpec Login);
