using System.Net;
using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.Plugins;

/// <summary>What the auth role offers to the roles of its own process, so that they join as any other service does, without a token of the administrator's.</summary>
/// <param name="EndPoint">Where its API listens, by an address that this process can dial.</param>
/// <param name="CaPins">Pins of the host authority, <c>sha256:</c> and 64 hexadecimal digits.</param>
/// <param name="JoinToken">A token that is good for the roles enabled in this process, for as long as the process lives. Never stored.</param>
/// <param name="ClusterName">The cluster's name.</param>
public sealed record LocalAuthOffer(IPEndPoint EndPoint, IReadOnlyList<string> CaPins, Secret JoinToken, string ClusterName);
