namespace Teleport.Proxy.SshGateway;

/// <summary>What the gateway says of itself.</summary>
/// <param name="ClusterName">The cluster.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Time">The clock.</param>
internal sealed record GatewayInformation(string ClusterName, string Version, TimeProvider Time)
{
    /// <summary>Whom a user is told to be, when they ask for a shell of the proxy itself.</summary>
    public string NoShell() =>
        $"""
        This is the proxy of the Teleport cluster {ClusterName}: it has no shell of its own, but connects you to the cluster's servers.
          with tsh:          tsh ssh LOGIN@SERVER        (tsh ls shows the servers)
          with OpenSSH:      ssh -J USER@THIS-ADDRESS LOGIN@SERVER
          or once for all:   tsh config >> ~/.ssh/config, then ssh LOGIN@SERVER.{ClusterName}

        """;
}
