using System.IO.Pipelines;
using System.Text;
using Teleport.Client.Profiles;
using Teleport.Ssh;

namespace Teleport.Client.Sessions;

/// <summary>A channel through the proxy to a node. The proxy may say on it, beside the bytes of the node, what went wrong.</summary>
public sealed class ProxyChannel : IAsyncDisposable
{
    private const int MaxText = 4096;

    private readonly SshConnection _proxy;
    private readonly StringBuilder _said = new();
    private readonly Task _listening;

    internal ProxyChannel(SshConnection proxy, SshChannel channel)
    {
        (_proxy, Channel) = (proxy, channel);
        _listening = ListenAsync();
    }

    /// <summary>The channel.</summary>
    public SshChannel Channel { get; }

    /// <summary>Why the connection to the proxy ended; <c>null</c>: it has not.</summary>
    public SshCloseReason? CloseReason => _proxy.CloseReason;

    /// <summary>What the proxy said so far; empty: nothing.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return Names.PrintableLines(_said.ToString()).Trim();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await _proxy.DisposeAsync();
        await _listening;
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                ReadResult result = await Channel.ErrorInput.ReadAsync();
                lock (_said)
                {
                    string text = Encoding.UTF8.GetString(result.Buffer);
                    _said.Append(text.AsSpan(0, Math.Min(text.Length, MaxText - _said.Length)));
                }

                Channel.ErrorInput.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is SshException or IOException)
        {
            // The connection ended; nothing more will be said.
        }
    }
}
