using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Node.Connections;
using Teleport.Node.Forwarding;
using Teleport.Node.Processes;
using Teleport.Node.Recording;

namespace Teleport.Node;

/// <summary>The service role <c>node</c>: joins the cluster, announces this host, and serves SSH on it.</summary>
internal sealed partial class NodeService(NodeOptions options, IServiceProvider services) : IServiceRole
{
    public const int DefaultPort = 3022;

    private const int Backlog = 512;

    private readonly InstanceOptions _instance = services.GetRequiredService<InstanceOptions>();
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<NodeService>();

    public async Task RunAsync(IServiceRoleContext context, CancellationToken abort)
    {
        // Both are wrong at once or right for good: found before anything is joined.
        _ = SshAlgorithmChoice.Of(_instance);
        string helper = OwnPrograms.Find(_instance.ExecutablePath, "spawn", "teleport-spawn");

        using var stopJoining = CancellationTokenSource.CreateLinkedTokenSource(context.Draining, abort);
        await using JoinedService service = await JoinedService.JoinAsync(JoinWishes(), services, stopJoining.Token);
        await service.Cluster.ReadyAsync(stopJoining.Token);
        using Socket? listener = !service.ThroughProxy || options.ForceListen ? Listen() : null;
        await using var recordings = new RecordingSpool(service, _instance.DataDir);
        using var descriptors = new DescriptorLoop();
        using var agents = new AgentSockets();

        Heartbeat? heartbeat = null;
        await using var labels = new DynamicLabels(
            options.Commands.ToDictionary(static command => command.Name, static command => (command.Command, command.Period)),
            () => Volatile.Read(ref heartbeat)?.Announce(),
            _time,
            _logger);
        NetworkAddress? announced = listener is null || service.ThroughProxy ? null : Announced(listener);
        var description = new NodeDescription(options, _instance, service.HostId, announced, () => labels.Current);
        var server = new NodeServer(new NodeContext
        {
            Options = options,
            Instance = _instance,
            Cluster = () => service.Cluster.Current,
            Self = description.Current,
            HostCredential = () => service.HostCredential,
            Audit = service.Audit.Emit,
            Recorder = new SpooledRecorder(recordings, () => service.Cluster.Current.Recording, services.GetRequiredService<ILoggerFactory>()),
            Descriptors = descriptors,
            Spawner = new Spawner(descriptors, helper),
            AgentSockets = agents,
            Time = _time,
            Loggers = services.GetRequiredService<ILoggerFactory>(),
        });
        await using TunnelAgent? tunnels = service.ThroughProxy
            ? new TunnelAgent(service, (_, stream, ended) => ServeTunnelAsync(server, stream, ended, abort))
            : null;
        await using (var beats = new Heartbeat(service, description.Current, context))
        {
            Volatile.Write(ref heartbeat, beats);
            await ServeAsync(server, service, listener, context, abort);
            Volatile.Write(ref heartbeat, null);
        }

        await server.DrainAsync();
    }

    private async Task ServeAsync(NodeServer server, JoinedService service, Socket? listener, IServiceRoleContext context, CancellationToken abort)
    {
        Task listening = listener is null ? Task.CompletedTask : server.ListenAsync(listener, context.Draining, abort);
        string where = listener is null ? "reached through the proxies' tunnels" : $"listening on {listener.LocalEndPoint}";
        LogServing(_instance.Nodename, service.ClusterName, where);
        context.ReportReady(where);
        await Task.WhenAny(Task.Delay(Timeout.Infinite, context.Draining));
        await listening;
    }

    private static async Task ServeTunnelAsync(NodeServer server, Stream stream, CancellationToken ended, CancellationToken abort)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended, abort);
        await server.ServeAsync(stream, new IPEndPoint(IPAddress.Loopback, DefaultPort), remote: null, stop.Token);
    }

    private JoinOptions JoinWishes()
    {
        string[] names = [.. options.PublicAddr.Select(static address => address.Host), .. AdvertisedHost()];
        return new JoinOptions { Role = SystemRole.Node, Principals = names, DnsNames = names, WatchedKinds = [ResourceKinds.Proxy] };
    }

    private string[] AdvertisedHost() => _instance.AdvertiseAddress is { } advertised ? [advertised.Host]
        : options.ListenAddr is { Host.Length: > 0 } own && !IsWildcard(own.Host) ? [own.Host]
        : !IsWildcard(_instance.ListenHost) ? [_instance.ListenHost]
        : [];

    private static bool IsWildcard(string host) => IPAddress.TryParse(host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    private Socket Listen()
    {
        IPEndPoint endPoint = (options.ListenAddr ?? new NetworkAddress(_instance.ListenHost)).ToListenEndPoint(DefaultPort);
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen(Backlog);
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw TeleportException.Unavailable(
                $"The node cannot listen on {endPoint}: {e.Message}. If another program has that port, choose one with ssh_service.listen_addr.", e);
        }
    }

    /// <summary>Where others reach the listener, as far as this host can know.</summary>
    private NetworkAddress Announced(Socket listener)
    {
        var local = (IPEndPoint)listener.LocalEndPoint!;
        if (_instance.AdvertiseAddress is { } advertised)
        {
            return advertised.WithDefaultPort(local.Port);
        }

        return IsWildcard(local.Address.ToString())
            ? new NetworkAddress(OwnAddress.Guess().ToString(), local.Port)
            : new NetworkAddress(local.Address.ToString(), local.Port);
    }

    [LoggerMessage(4000, LogLevel.Information, "The node {Nodename} of the cluster {Cluster} is {Where}.")]
    private partial void LogServing(string nodename, string cluster, string where);
}
