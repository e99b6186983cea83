using Teleport.Abstractions.Configuration;
using Teleport.Access;
using Teleport.Agent;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.SshGateway;

/// <summary>What SSH connections are served with. Functions are asked anew for each connection: their answers change while the proxy runs.</summary>
internal sealed record SshEntranceOptions
{
    private static readonly TimeSpan DefaultKeepAlive = TimeSpan.FromMinutes(5);

    /// <summary>The cluster's state.</summary>
    public required Func<ClusterSnapshot> Cluster { get; init; }

    /// <summary>The proxy's host key and certificate.</summary>
    public required Func<SshCredential> Credential { get; init; }

    /// <summary>What the proxy says of itself.</summary>
    public required GatewayInformation Information { get; init; }

    public required SshAlgorithms Algorithms { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Fires when connections that carry nothing should end.</summary>
    public required CancellationToken Draining { get; init; }

    /// <summary>The algorithms of the configuration; those that it leaves open are the library's.</summary>
    /// <exception cref="OptionsException">One is unknown.</exception>
    public static SshAlgorithms AlgorithmsOf(InstanceOptions instance)
    {
        var algorithms = new SshAlgorithms();
        algorithms = algorithms with
        {
            Ciphers = instance.Ciphers.Count > 0 ? instance.Ciphers : algorithms.Ciphers,
            KeyExchange = instance.KexAlgorithms.Count > 0 ? instance.KexAlgorithms : algorithms.KeyExchange,
            Macs = instance.MacAlgorithms.Count > 0 ? instance.MacAlgorithms : algorithms.Macs,
        };
        try
        {
            algorithms.Validate();
            return algorithms;
        }
        catch (ArgumentException e)
        {
            throw new OptionsException("teleport (ciphers, kex_algos, mac_algos)", e.Message);
        }
    }

    /// <summary>How often silent peers are asked whether they live, and agents are to be heard.</summary>
    public TimeSpan KeepAliveInterval() =>
        Durations.Parse(Cluster().Networking.KeepAliveInterval, "keep_alive_interval") ?? DefaultKeepAlive;
}
