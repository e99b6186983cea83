using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Teleport.AccessPlugins.Callbacks;

/// <summary>A transport of Kestrel whose connections are handed to it.</summary>
internal sealed class StreamTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private const int MaxWaiting = 64;

    /// <summary>The address that Kestrel is told to listen on; it means this transport.</summary>
    public static readonly EndPoint Address = new HandedOverEndPoint();

    private readonly Channel<ConnectionContext> _arrivals = Channel.CreateBounded<ConnectionContext>(MaxWaiting);

    public EndPoint EndPoint => Address;

    /// <summary>Hands over a connection.</summary>
    public ValueTask OfferAsync(IDuplexPipe pipe, CancellationToken cancellationToken) =>
        _arrivals.Writer.WriteAsync(new HandedOverConnection(pipe), cancellationToken);

    /// <summary>Hands over a connection and waits for its end.</summary>
    public async Task ServeAsync(IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        var connection = new HandedOverConnection(pipe);
        await using CancellationTokenRegistration registration = cancellationToken.Register(connection.Abort);
        await _arrivals.Writer.WriteAsync(connection, cancellationToken);
        await connection.Completion;
    }

    public bool CanBind(EndPoint endpoint) => ReferenceEquals(endpoint, Address);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

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

    public ValueTask DisposeAsync() => UnbindAsync();

    private sealed class HandedOverEndPoint : EndPoint
    {
        public override string ToString() => "handed over by proxies";
    }

    private sealed class HandedOverConnection : DefaultConnectionContext
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly IDuplexPipe _pipe;

        public HandedOverConnection(IDuplexPipe pipe)
            : base(Guid.NewGuid().ToString("N"))
        {
            (_pipe, Transport) = (pipe, pipe);
            LocalEndPoint = RemoteEndPoint = Address;
        }

        public Task Completion => _done.Task;

        public override void Abort() => _pipe.Input.CancelPendingRead();

        public override void Abort(ConnectionAbortedException abortReason) => Abort();

        public override async ValueTask DisposeAsync()
        {
            await _pipe.Output.CompleteAsync();
            await _pipe.Input.CompleteAsync();
            _done.TrySetResult();
            await base.DisposeAsync();
        }
    }
}
