using Teleport.Ssh;

namespace Teleport.Client.Sessions;

/// <summary>A connection to a node, and the way through the proxy that carries it.</summary>
public sealed class NodeConnection(SshConnection node, ProxyChannel way, string banner) : IAsyncDisposable
{
    /// <summary>The connection to the node.</summary>
    public SshConnection Node { get; } = node;

    /// <summary>What proxy and node show to everybody who logs in, for people; empty: nothing.</summary>
    public string Banner { get; } = banner;

    /// <summary>Why the connection ended, for people.</summary>
    public string EndReason =>
        way.Said is { Length: > 0 } said ? said
        : Text(Node.CloseReason) ?? Text(way.CloseReason) ?? "it gave no reason; the host, the proxy or the network in between may have gone down";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        await way.DisposeAsync();
    }

    private static string? Text(SshCloseReason? reason) => reason switch
    {
        null or { Description.Length: 0, Reason: SshDisconnectReason.ByApplication } => null,
        { Description.Length: > 0 } => reason.Description,
        _ => reason.Reason.ToString(),
    };
}
