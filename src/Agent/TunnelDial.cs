namespace Teleport.Agent;

/// <summary>What a proxy asks of this host through a tunnel.</summary>
/// <param name="Address">What to connect to; only <c>@local-node</c> is served.</param>
/// <param name="ServerId">The host and cluster that are meant: <c>HOSTID.CLUSTER</c>.</param>
/// <param name="ConnType">What will be spoken, as <c>node</c>.</param>
public sealed record TunnelDial(string Address, string ServerId, string ConnType);
