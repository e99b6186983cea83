using System.Net;
using System.Net.Security;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.Web;

/// <summary>A transport of Kestrel whose connections come from the front door, with TLS already ended.</summary>
internal sealed class WebConnections : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    /// <summary>The address that Kestrel is told to listen on; it means this transport.</summary>
    public static readonly EndPoint Address = new FrontDoorEndPoint();

    // Whoever waits for a place here has passed the admission, which is the bound that matters.
    private readonly Channel<ConnectionContext> _arrivals = Channel.CreateBounded<ConnectionContext>(64);

    public EndPoint EndPoint => Address;

    /// <summary>Has Kestrel serve a connection to its end.</summary>
    public async Task ServeAsync(SslStream stream, FrontDoorConnection connection, CancellationToken abort)
    {
        await using var context = new WebConnection(stream, connection);
        await using CancellationTokenRegistration registration = abort.Register(context.Abort);
        await _arrivals.Writer.WriteAsync(context, abort);
        await context.Completion;
    }

    public bool CanBind(EndPoint endpoint) => endpoint is FrontDoorEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _arrivals.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _arrivals.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync(CancellationToken.None);

    private sealed class FrontDoorEndPoint : EndPoint
    {
        public override string ToString() => "front-door";
    }
}
