using Teleport.Ssh;

namespace Teleport.Client.Sessions;

/// <summary>A connection to a node, and the one to the proxy that carries it.</summary>
public sealed class NodeConnection(SshConnection proxy, SshConnection node) : IAsyncDisposable
{
    /// <summary>The connection to the node.</summary>
    public SshConnection Node { get; } = node;

    /// <summary>Why the connection ended, for people; <c>null</c>: it has not, or the ordinary way.</summary>
    public string? EndReason => (Node.CloseReason ?? proxy.CloseReason) is { } reason ? (reason.Description.Length > 0 ? reason.Description : reason.Reason.ToString()) : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        await proxy.DisposeAsync();
    }
}
