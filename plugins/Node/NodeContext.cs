using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Agent;
using Teleport.Node.Forwarding;
using Teleport.Node.Processes;
using Teleport.Node.Recording;
using Teleport.Ssh.Keys;

namespace Teleport.Node;

/// <summary>What everything that serves connections needs of the node and its cluster.</summary>
internal sealed record NodeContext
{
    public required NodeOptions Options { get; init; }

    public required InstanceOptions Instance { get; init; }

    /// <summary>The cluster's state as last heard.</summary>
    public required Func<ClusterSnapshot> Cluster { get; init; }

    /// <summary>This node with its present labels.</summary>
    public required Func<Server> Self { get; init; }

    /// <summary>What proves this node; another after each renewal.</summary>
    public required Func<SshCredential> HostCredential { get; init; }

    /// <summary>Takes an event; throws when it cannot be kept.</summary>
    public required Action<AuditEvent> Audit { get; init; }

    public required ISessionRecorder Recorder { get; init; }

    public required DescriptorLoop Descriptors { get; init; }

    public required Spawner Spawner { get; init; }

    public required AgentSockets AgentSockets { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}
