using System.Net;
using System.Net.Sockets;
using Teleport.Ssh.Connection;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh;

/// <summary>An authenticated SSH connection, of a client or of a server. Thread-safe.</summary>
/// <remarks>Owns its transport: disposing the connection closes the socket or stream, all channels, and cancels all handlers.</remarks>
public sealed class SshConnection : IAsyncDisposable
{
    private readonly SshTransport _transport;
    private readonly ChannelTable _channels;
    private readonly OutboundChannels _outbound;
    private readonly GlobalRequests _requests;
    private readonly ConnectionDispatcher _dispatcher;
    private readonly BackgroundTasks _background = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    internal SshConnection(SshTransport transport, string userName, object? identity, SshCertificate? hostCertificate)
    {
        _transport = transport;
        UserName = userName;
        Identity = identity;
        HostCertificate = hostCertificate;
        SshTransportOptions options = transport.Options;
        WindowBudget budget = new(options.MaxWindowMemoryBytes, options.MaxChannels * 2, transport.RoundTrip);
        _channels = new ChannelTable(options.MaxChannels);
        InboundChannels inbound = new(this, transport.Writer, _channels, budget, _background, options.MaxChannels);
        _outbound = new OutboundChannels(this, transport.Writer, _channels, budget);
        _requests = new GlobalRequests(this, transport.Writer, inbound);
        _dispatcher = new ConnectionDispatcher(this, _channels, inbound, _outbound, _requests);
    }

    /// <summary>The login.</summary>
    public string UserName { get; }

    /// <summary>What the authenticator accepted the user as; <see langword="null"/> on the client side.</summary>
    public object? Identity { get; }

    /// <summary>The peer's version line, such as <c>SSH-2.0-OpenSSH_9.9</c>.</summary>
    public string RemoteVersion => _transport.Keys.RemoteVersion;

    /// <summary>The identifier of the connection: the first exchange hash (RFC 4253 section 7.2).</summary>
    public ReadOnlyMemory<byte> SessionId => _transport.Keys.SessionId;

    /// <summary>Client side: the certificate that the server proved itself with; <see langword="null"/> for a plain key.</summary>
    public SshCertificate? HostCertificate { get; }

    /// <summary>Where the peer is; <see langword="null"/> if the transport does not know.</summary>
    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>What the last key exchange agreed on.</summary>
    public SshNegotiatedAlgorithms NegotiatedAlgorithms => _transport.Keys.Negotiated!;

    /// <summary>Ends after <see cref="Completion"/>, when what the handlers had under way has ended too. Never faults.</summary>
    public Task HandlersCompletion => _running;

    /// <summary>How many channels are open or being opened.</summary>
    public int ChannelCount => _channels.Count;

    /// <summary>Ends when the connection has ended and its transport is closed. Never faults; see <see cref="CloseReason"/>.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Why the connection ends; <see langword="null"/> while it lives.</summary>
    public SshCloseReason? CloseReason => _transport.CloseReason;

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Ends the reading loop, also where it waits for a handler; <see cref="Closed"/> follows when that has ended.</summary>
    internal CancellationToken Aborted => _transport.Aborted;

    internal TimeProvider TimeProvider => _transport.Options.TimeProvider;

    internal ISshConnectionHandler? Handler { get; private set; }

    internal HostKeyAnnouncement? HostKeys { get; private set; }

    /// <summary>Serves a client: handshake, authentication. The connection takes over the stream, also when this fails.</summary>
    /// <param name="transport">A connected stream that can be read and written at the same time.</param>
    /// <param name="options">Keys, authenticator, handler, limits.</param>
    /// <param name="ct">Cancels the handshake.</param>
    /// <returns>The authenticated connection, which serves its peer already.</returns>
    /// <exception cref="SshException">The client broke the protocol, could not log in, was too slow, or left.</exception>
    public static Task<SshConnection> AcceptAsync(Stream transport, SshServerOptions options, CancellationToken ct = default) =>
        AcceptAsync(transport, options, remoteEndPoint: null, ct);

    /// <summary>Serves a client whose address the caller knows, as behind TLS or a proxy. Takes over the stream, also when this fails.</summary>
    /// <param name="transport">A connected stream that can be read and written at the same time.</param>
    /// <param name="options">Keys, authenticator, handler, limits.</param>
    /// <param name="remoteEndPoint">Where the client is; <see langword="null"/> if not known.</param>
    /// <param name="ct">Cancels the handshake.</param>
    /// <returns>The authenticated connection, which serves its peer already.</returns>
    /// <exception cref="SshException">The client broke the protocol, could not log in, was too slow, or left.</exception>
    public static Task<SshConnection> AcceptAsync(
        Stream transport, SshServerOptions options, EndPoint? remoteEndPoint, CancellationToken ct = default) =>
        Handshake.AcceptAsync(new StreamTransport(transport, remoteEndPoint), options, ct);

    /// <summary>Serves a client: handshake, authentication. The connection takes over the socket, also when this fails.</summary>
    /// <param name="transport">A connected stream socket.</param>
    /// <param name="options">Keys, authenticator, handler, limits.</param>
    /// <param name="ct">Cancels the handshake.</param>
    /// <returns>The authenticated connection, which serves its peer already.</returns>
    /// <exception cref="SshException">The client broke the protocol, could not log in, was too slow, or left.</exception>
    public static Task<SshConnection> AcceptAsync(Socket transport, SshServerOptions options, CancellationToken ct = default) =>
        Handshake.AcceptAsync(new SocketTransport(transport), options, ct);

    /// <summary>Logs in to a server. The connection takes over the stream, also when this fails.</summary>
    /// <param name="transport">A connected stream that can be read and written at the same time.</param>
    /// <param name="options">User, credentials, verifier of the server, limits.</param>
    /// <param name="ct">Cancels the handshake.</param>
    /// <exception cref="SshHostKeyException">The server is not the one that was meant.</exception>
    /// <exception cref="SshAuthenticationException">The server refused the login.</exception>
    /// <exception cref="SshException">The server broke the protocol, was too slow, or left.</exception>
    public static Task<SshConnection> ConnectAsync(Stream transport, SshClientOptions options, CancellationToken ct = default) =>
        Handshake.ConnectAsync(new StreamTransport(transport, remoteEndPoint: null), options, ct);

    /// <summary>Logs in to a server. The connection takes over the socket, also when this fails.</summary>
    /// <param name="transport">A connected stream socket.</param>
    /// <param name="options">User, credentials, verifier of the server, limits.</param>
    /// <param name="ct">Cancels the handshake.</param>
    /// <exception cref="SshHostKeyException">The server is not the one that was meant.</exception>
    /// <exception cref="SshAuthenticationException">The server refused the login.</exception>
    /// <exception cref="SshException">The server broke the protocol, was too slow, or left.</exception>
    public static Task<SshConnection> ConnectAsync(Socket transport, SshClientOptions options, CancellationToken ct = default) =>
        Handshake.ConnectAsync(new SocketTransport(transport), options, ct);

    /// <summary>Opens a channel.</summary>
    /// <param name="type">The channel type, such as <c>session</c>.</param>
    /// <param name="typeData">The data of that type.</param>
    /// <param name="handler">Serves what the peer asks of the channel; <see langword="null"/> refuses it.</param>
    /// <param name="ct">Cancels the waiting; the channel is then closed as soon as it is open.</param>
    /// <exception cref="SshChannelOpenException">The peer refused.</exception>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public Task<SshChannel> OpenChannelAsync(
        string type, ReadOnlyMemory<byte> typeData = default, ISshChannelHandler? handler = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        return _outbound.OpenAsync(type, typeData, handler, ct);
    }

    /// <summary>Opens a channel whose type has a record.</summary>
    /// <typeparam name="T">The payload's record.</typeparam>
    /// <param name="payload">Type and data of the channel.</param>
    /// <param name="handler">Serves what the peer asks of the channel; <see langword="null"/> refuses it.</param>
    /// <param name="ct">Cancels the waiting; the channel is then closed as soon as it is open.</param>
    /// <exception cref="SshChannelOpenException">The peer refused.</exception>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public Task<SshChannel> OpenChannelAsync<T>(T payload, ISshChannelHandler? handler = null, CancellationToken ct = default)
        where T : ISshPayload<T> => OpenChannelAsync(T.Name, payload.ToBytes(), handler, ct);

    /// <summary>Sends a global request.</summary>
    /// <param name="name">The request's name.</param>
    /// <param name="payload">The request's data.</param>
    /// <param name="wantReply">Whether to ask for an answer and wait for it.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>The peer's answer; a success without data if none was asked for.</returns>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public Task<SshGlobalReply> SendGlobalRequestAsync(
        string name, ReadOnlyMemory<byte> payload, bool wantReply, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _requests.SendAsync(name, payload, wantReply).WaitAsync(ct);
    }

    /// <summary>Exchanges keys anew now, in the background.</summary>
    public void RenewKeys() => _transport.Keys.Start();

    /// <summary>Tells the peer why, and closes the connection with all its channels. The first reason counts.</summary>
    /// <param name="reason">The reason code.</param>
    /// <param name="description">Text for the peer.</param>
    public async Task CloseAsync(SshDisconnectReason reason, string description)
    {
        await _transport.DisconnectAsync(new SshCloseReason(reason, description, ByPeer: false));
        await Completion;
    }

    /// <summary>Closes the connection the ordinary way.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync(SshDisconnectReason.ByApplication, "The connection was closed.");

    /// <summary>Begins to serve the peer.</summary>
    internal void Start(ISshConnectionHandler? handler, HostKeyAnnouncement? hostKeys)
    {
        Handler = handler;
        HostKeys = hostKeys;
        hostKeys?.Announce(_requests);
        _running = RunAsync();
    }

    internal void Forget(SshChannel channel) => _channels.Remove(channel);

    internal void OnHandlerError(Exception exception)
    {
        if (_transport.CloseReason is not null)
            return; // what handlers throw while the connection ends is a consequence of that

        if (_transport.Options.OnHandlerError is { } report)
            report(this, exception);
        else
            _transport.Abort(new SshCloseReason(SshDisconnectReason.ByApplication, $"A handler failed: {exception.Message}", false, exception));
    }

    private async Task RunAsync()
    {
        Task keepAlive = KeepAlive.RunAsync(_transport, _requests);
        SshCloseReason reason;
        try
        {
            reason = await ReadLoopAsync();
        }
        catch (Exception exception)
        {
            reason = _transport.CloseReason ?? CloseReasons.Of(exception);
        }

        _dispatcher.Publish();
        await _transport.DisconnectAsync(reason);
        Exception failure = CloseReasons.ToException(reason);
        _requests.End(failure);
        foreach (SshChannel channel in _channels.Close(failure))
            channel.End(failure);

        await _transport.DisposeAsync();
        await _closed.CancelAsync();
        _completion.TrySetResult();
        await keepAlive;
        await _background.WaitAsync();
    }

    private async Task<SshCloseReason> ReadLoopAsync()
    {
        while (true)
        {
            while (_transport.Reader.TryRead(out ReadOnlyMemory<byte> payload))
            {
                if (SshTransport.IsTransportMessage(payload.Span[0]))
                {
                    _dispatcher.Publish(); // a key exchange may take a while
                    await _transport.HandleAsync(payload, _transport.Aborted);
                }
                else
                {
                    await _dispatcher.DispatchAsync(payload.Span);
                }
            }

            _dispatcher.Publish();
            _transport.RenewKeysIfDue();
            await _transport.FillAsync(_transport.Aborted);
        }
    }
}
