using System.Net;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Transport;

/// <summary>The transport layer of a connection (RFC 4253): versions, keys, packets, and the messages that concern only it.</summary>
internal sealed class SshTransport : IAsyncDisposable
{
    /// <summary>What an unauthenticated peer may send.</summary>
    private const long MaxUnauthenticatedBytes = 1024 * 1024;

    private const int MaxUnsentReplies = 1024 * 1024;

    private static readonly TimeSpan DisconnectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long the peer's last words are read after it has stopped to listen.</summary>
    private static readonly TimeSpan LastWordsTimeout = TimeSpan.FromSeconds(2);

    private readonly ByteTransport _bytes;
    private readonly SshTransportOptions _options;
    private readonly CancellationTokenSource _aborted = new();
    private readonly ITimer _rekeyDeadline;
    private readonly string _localVersion;
    private readonly Task _sending;
    private Task _lastWords = Task.CompletedTask;
    private bool _isAuthenticated;
    private SshCloseReason? _closeReason;

    /// <param name="bytes">Disposed with the transport.</param>
    /// <param name="options">Algorithms, limits and clock.</param>
    /// <param name="role">Client or server.</param>
    public SshTransport(ByteTransport bytes, SshTransportOptions options, KeyExchangeRole role)
    {
        _bytes = bytes;
        _options = options;
        _localVersion = VersionExchange.LocalLine(options);
        IsServer = role.IsServer;
        RoundTrip = new RoundTrip(options.TimeProvider);
        Reader = new PacketReader(bytes) { MaxTotalBytes = MaxUnauthenticatedBytes };
        Writer = new PacketWriter(bytes);
        Keys = new KeyExchanger(Reader, Writer, role, options, _localVersion, RoundTrip) { OnProgress = OnExchangeProgress };
        _rekeyDeadline = options.TimeProvider.CreateTimer(
            _ => Abort(SshDisconnectReason.KeyExchangeFailed, $"The key exchange did not end within {options.RekeyTimeout.TotalSeconds:0} s."),
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _sending = SendAsync();
    }

    public bool IsServer { get; }

    public PacketReader Reader { get; }

    public PacketWriter Writer { get; }

    public KeyExchanger Keys { get; }

    public RoundTrip RoundTrip { get; }

    public SshTransportOptions Options => _options;

    public EndPoint? RemoteEndPoint => _bytes.RemoteEndPoint;

    /// <summary>Ends all reading and writing.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>Why the connection ends; <see langword="null"/> while it lives.</summary>
    public SshCloseReason? CloseReason => Volatile.Read(ref _closeReason);

    /// <summary>The signature algorithms that the server takes (RFC 8308); <see langword="null"/> if it did not say.</summary>
    public IReadOnlyList<string>? ServerSignatureAlgorithms { get; private set; }

    /// <summary>Exchanges versions and keys.</summary>
    public async ValueTask HandshakeAsync(CancellationToken ct)
    {
        // Neither side waits for the other's version or offer: that saves a round trip.
        VersionExchange.Send(_localVersion, Writer);
        Keys.Start();
        Keys.RemoteVersion = await VersionExchange.ReceiveAsync(Reader, peerIsServer: !IsServer, ct);
        await Keys.RunFirstAsync(ct);
        if (IsServer && Keys.PeerTakesExtensions)
            SendExtensions();
    }

    /// <summary>Lifts the limits of the unauthenticated, and begins to renew keys when it is time.</summary>
    public void OnAuthenticated()
    {
        _isAuthenticated = true;
        Reader.MaxTotalBytes = long.MaxValue;
        Writer.AfterSend = RenewKeysIfDue;
    }

    public void RenewKeysIfDue()
    {
        if (Keys.IsDue)
            Keys.Start();
    }

    /// <summary>Reads the next message of the upper layers; those of this layer are dealt with.</summary>
    /// <returns>The payload with its number, valid until the next call.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            if (!Reader.TryRead(out ReadOnlyMemory<byte> payload))
                await FillAsync(ct);
            else if (!IsTransportMessage(payload.Span[0]))
                return payload;
            else
                await HandleAsync(payload, ct);
        }
    }

    /// <summary>Sends what is written and receives more.</summary>
    /// <exception cref="SshConnectionException">The peer closed the connection.</exception>
    public async ValueTask FillAsync(CancellationToken ct)
    {
        Writer.Flush();
        await Writer.WaitForDrainAsync(MaxUnsentReplies, ct);
        if (!await Reader.FillAsync(ct))
            throw new SshConnectionException(SshDisconnectReason.ConnectionLost, "The peer closed the connection.");
    }

    /// <summary>Whether a message belongs to this layer.</summary>
    public static bool IsTransportMessage(byte number) =>
        number is < MessageNumbers.UserAuthRequest and not (MessageNumbers.ServiceRequest or MessageNumbers.ServiceAccept)
            or > MessageNumbers.ChannelFailure;

    /// <summary>Deals with a message of this layer.</summary>
    /// <exception cref="SshConnectionException">The peer disconnected.</exception>
    /// <exception cref="SshProtocolException">The message is malformed or not allowed now.</exception>
    public async ValueTask HandleAsync(ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        switch (payload.Span[0])
        {
            case MessageNumbers.Disconnect:
                throw DisconnectReader.ToException(payload.Span);
            case MessageNumbers.Ignore or MessageNumbers.Debug or MessageNumbers.Unimplemented or MessageNumbers.Pong:
                break; // nothing to do, by their definition
            case MessageNumbers.ExtInfo:
                ReadExtensions(payload.Span);
                break;
            case MessageNumbers.KeyExchangeInit when !_isAuthenticated:
                // An exchange costs more than it costs to ask for it; nobody honest needs a second one within the grace time.
                throw new SshProtocolException("The peer asks for new keys before the authentication.");
            case MessageNumbers.KeyExchangeInit:
                await Keys.RunAsync(payload, ct);
                break;
            case MessageNumbers.Ping:
                Writer.Write(new PongMessage { Payload = MessageTable.Parse<PingMessage>(payload.Span).Payload });
                break;
            case >= MessageNumbers.FirstKeyExchange and <= MessageNumbers.LastKeyExchange:
                throw new SshProtocolException($"{MessageTable.Describe(payload.Span[0])} came outside of a key exchange.");
            default:
                Writer.Write(new UnimplementedMessage { Sequence = Reader.LastSequence });
                break;
        }
    }

    /// <summary>Ends the connection at once. The first reason counts. Thread-safe.</summary>
    public void Abort(SshCloseReason reason)
    {
        _ = Interlocked.CompareExchange(ref _closeReason, reason, null);
        Writer.Fail(reason.Error ?? new SshConnectionException(reason.Reason, reason.Description));
        _aborted.Cancel();
    }

    public void Abort(SshDisconnectReason reason, string description) => Abort(new SshCloseReason(reason, description, ByPeer: false));

    /// <summary>Tells the peer why, sends what is written, within a limit of time, and ends.</summary>
    public async ValueTask DisconnectAsync(SshCloseReason reason)
    {
        _ = Interlocked.CompareExchange(ref _closeReason, reason, null);
        if (!reason.ByPeer)
        {
            string description = TextForPeople.Shorten(reason.Description);
            Writer.Write(new DisconnectMessage { Reason = (uint)reason.Reason, Description = description, Language = string.Empty });
        }

        Writer.Complete();
        await Task.WhenAny(_sending, Task.Delay(DisconnectTimeout, _options.TimeProvider, CancellationToken.None));
        Abort(reason);
    }

    /// <summary>Call when nobody reads any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Abort(SshDisconnectReason.ByApplication, "The connection was closed.");
        await _sending;
        await _lastWords;
        await _rekeyDeadline.DisposeAsync();
        Reader.Dispose();
        Writer.Dispose();
        try
        {
            await _bytes.DisposeAsync();
        }
        catch (IOException)
        {
            // A transport that cannot say goodbye is as good as closed.
        }

        // The source of Aborted is not disposed: tokens of it are in the hands of handlers. It holds no timer.
    }

    private async Task SendAsync()
    {
        try
        {
            await Writer.RunAsync(Aborted);
        }
        catch (OperationCanceledException) when (Aborted.IsCancellationRequested)
        {
            // Aborted for a reason that is known already.
        }
        catch (Exception exception)
        {
            // A peer that has left may have said why. That is read first: the failure is only its consequence.
            Writer.Break();
            _lastWords = AbortAfterLastWordsAsync(exception);
        }
    }

    /// <summary>Ends a connection whose peer neither takes data nor ends its own.</summary>
    private async Task AbortAfterLastWordsAsync(Exception exception)
    {
        try
        {
            await Task.Delay(LastWordsTimeout, _options.TimeProvider, Aborted);
        }
        catch (OperationCanceledException)
        {
            return; // the reader has found out why
        }

        Abort(new SshCloseReason(SshDisconnectReason.ConnectionLost, $"Sending failed: {exception.Message}", ByPeer: false, exception));
    }

    private void OnExchangeProgress(bool running)
    {
        // The first exchange is under the login grace time.
        if (Keys.Negotiated is not null)
            _rekeyDeadline.Change(running ? _options.RekeyTimeout : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void SendExtensions()
    {
        string algorithms = string.Join(',', _options.Algorithms.PublicKeys);
        Writer.Write(new ExtInfoMessage(
        [
            new("server-sig-algs", System.Text.Encoding.ASCII.GetBytes(algorithms)),
            new("ping@openssh.com", "0"u8.ToArray()),
        ]));
    }

    private void ReadExtensions(ReadOnlySpan<byte> payload)
    {
        foreach ((string name, byte[] value) in MessageTable.Parse<ExtInfoMessage>(payload).Extensions)
        {
            if (name == "server-sig-algs")
                ServerSignatureAlgorithms = System.Text.Encoding.ASCII.GetString(value).Split(',', StringSplitOptions.RemoveEmptyEntries);
        }
    }
}
