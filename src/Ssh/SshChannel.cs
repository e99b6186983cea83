using System.IO.Pipelines;
using Teleport.Ssh.Connection;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh;

/// <summary>A channel: two streams of bytes with flow control, and requests beside them (RFC 4254 section 5).</summary>
/// <remarks>
/// Reading and writing may go on at the same time; each of <see cref="Input"/>, <see cref="ErrorInput"/> and <see cref="Output"/> is
/// for one user at a time, everything else is thread-safe. Unread data holds the peer back, so read what you open, or dispose it.
/// </remarks>
public sealed class SshChannel : IAsyncDisposable, IDuplexPipe
{
    private const int MaxRequestNameLength = 128;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly PacketWriter _writer;
    private readonly ChannelSender _sender;
    private readonly ReceiveWindow _window;
    private readonly ChannelInput _input;
    private readonly ChannelInput _errorInput;
    private readonly ChannelOutput _output;
    private readonly InboundRequests _requests;
    private readonly PendingReplies<bool> _replies = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _readsStderr;
    private Task _outputCompletion = Task.CompletedTask;
    private ISshChannelHandler? _handler;
    private ChannelFlags _flags;
    private uint _remoteId;
    private Exception? _loss;
    private bool _abandoned;
    private bool _answerDue;
    private bool _closeAfterAnswer;

    internal SshChannel(SshConnection connection, PacketWriter writer, uint localId, ReceiveWindow window, string type, bool isOurs)
    {
        Connection = connection;
        LocalId = localId;
        Type = type;
        _writer = writer;
        _window = window;
        _readsStderr = isOurs;
        _sender = new ChannelSender(writer);
        _input = new ChannelInput(OnConsumed);
        _errorInput = new ChannelInput(OnConsumed);
        _output = new ChannelOutput(this, _sender);
        _requests = new InboundRequests(ProcessRequestAsync);
    }

    /// <summary>The connection that carries the channel.</summary>
    public SshConnection Connection { get; }

    /// <summary>Our number of the channel, unique among those of the connection that are open.</summary>
    public uint LocalId { get; }

    /// <summary>The channel type, such as <c>session</c>.</summary>
    public string Type { get; }

    /// <summary>The data that the peer sent with its confirmation; empty for channels that the peer opened.</summary>
    public ReadOnlyMemory<byte> ConfirmData { get; private set; }

    /// <summary>What the peer sends; ends at its EOF or CLOSE, fails with <see cref="SshConnectionException"/> if the connection is lost.</summary>
    public PipeReader Input => _input;

    /// <summary>What the peer sends as stderr. Only on channels that this side opened; on others it is dropped.</summary>
    public PipeReader ErrorInput => _errorInput;

    /// <summary>
    /// Data to the peer. Flushing sends it and waits while window or connection are full; a result that says completed means that the
    /// channel is closed. Completing it sends EOF.
    /// </summary>
    public PipeWriter Output => _output;

    /// <summary>Ends when the channel is closed by both sides or with the connection. Never faults.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The exit status that the peer reported; <see langword="null"/> as long as it did not.</summary>
    public int? ExitStatus { get; private set; }

    /// <summary>The signal that the peer reported as the command's end; <see langword="null"/> as long as it did not.</summary>
    public ExitSignal? ExitSignal { get; private set; }

    internal Task Opened => _opened.Task;

    /// <summary>Sends data as stderr, after which the peer's window is smaller by as much.</summary>
    /// <param name="data">The data.</param>
    /// <param name="ct">Cancels the waiting; a part may be sent then.</param>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public async ValueTask WriteErrorAsync(ReadOnlyMemory<byte> data, CancellationToken ct = default) =>
        _ = await _sender.SendAllAsync(data, isStderr: true, ct);

    /// <summary>The channel as a stream; disposing it disposes the channel.</summary>
    public Stream AsStream() => new ChannelStream(this);

    /// <summary>Sends EOF behind what was flushed: no data follows. Without effect when sent before, or when the channel is closed.</summary>
    public ValueTask SendEofAsync()
    {
        lock (_gate)
        {
            if ((_flags & (ChannelFlags.EofSent | ChannelFlags.CloseSent)) != 0)
                return ValueTask.CompletedTask;

            _flags |= ChannelFlags.EofSent;
            _ = _sender.End(new ChannelEofMessage { RecipientChannel = _remoteId });
        }

        _writer.Flush();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends a channel request.</summary>
    /// <param name="name">The request's name.</param>
    /// <param name="data">The request's data.</param>
    /// <param name="wantReply">Whether to ask for an answer and wait for it.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>The peer's answer; <see langword="true"/> if none was asked for; <see langword="false"/> if the channel is closed.</returns>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public Task<bool> SendRequestAsync(string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxRequestNameLength, nameof(name));
        Task<bool> reply = Task.FromResult(true);
        lock (_gate)
        {
            if ((_flags & ChannelFlags.CloseSent) != 0)
                return _loss is null ? Task.FromResult(false) : Task.FromException<bool>(_loss);

            // Under the lock: answers come in the order of the requests on the wire.
            if (wantReply)
                reply = _replies.Add();

            _writer.Write(new ChannelRequestMessage { RecipientChannel = _remoteId, Name = name, WantReply = wantReply, Payload = data.Span });
        }

        _writer.Flush();
        return reply.WaitAsync(ct);
    }

    /// <summary>Sends a typed channel request.</summary>
    /// <typeparam name="T">The payload's record.</typeparam>
    /// <param name="payload">Name and data of the request.</param>
    /// <param name="wantReply">Whether to ask for an answer and wait for it.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>As the other overload.</returns>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public Task<bool> SendRequestAsync<T>(T payload, bool wantReply, CancellationToken ct = default)
        where T : ISshPayload<T> => SendRequestAsync(T.Name, payload.ToBytes(), wantReply, ct);

    /// <summary>Serves the peer's requests from now on; for channels that were opened without a handler.</summary>
    /// <param name="handler">The handler.</param>
    public void Serve(ISshChannelHandler handler) => Volatile.Write(ref _handler, handler);

    /// <summary>Closes the channel behind what was flushed, and waits for the peer to do the same, though not for long.</summary>
    public async Task CloseAsync()
    {
        SendClose();
        if (IsAnswerDue)
            return; // a handler closes its channel: the message follows its answer

        await Task.WhenAny(Completion, Task.Delay(CloseTimeout, Connection.TimeProvider, CancellationToken.None));
    }

    /// <summary>Closes the channel without waiting for the peer, and drops what was received and not read.</summary>
    public async ValueTask DisposeAsync()
    {
        SendClose();
        await _outputCompletion;
        _input.Abandon();
        _errorInput.Abandon();
    }

    internal void SendClose()
    {
        lock (_gate)
        {
            if ((_flags & ChannelFlags.CloseSent) != 0 || !_opened.Task.IsCompletedSuccessfully)
                return;

            // The peer waits for the answer to its request, and would not get it after CLOSE.
            _closeAfterAnswer = _answerDue && (_flags & ChannelFlags.CloseReceived) == 0;
            if (_closeAfterAnswer)
                return;

            _flags |= ChannelFlags.CloseSent;
            ChannelCloseMessage close = new() { RecipientChannel = _remoteId };
            if (!_sender.End(close))
                _writer.Write(close); // EOF was sent before
        }

        _writer.Flush();
        FinishIfGone();
    }

    /// <summary>Takes over what the completion of the output has still to do.</summary>
    internal void Own(ValueTask outputCompletion) => _outputCompletion = IgnoreLossAsync(outputCompletion);

    internal void Open(uint remoteId, uint window, uint maxPacket, ReadOnlySpan<byte> confirmData, ISshChannelHandler? handler)
    {
        if (maxPacket == 0)
            throw new SshProtocolException("The peer accepts no data packets at all on a channel.");

        _remoteId = remoteId;
        ConfirmData = confirmData.ToArray();
        _handler ??= handler;
        _sender.Open(remoteId, window, maxPacket);
        bool abandoned;
        lock (_gate)
        {
            _opened.TrySetResult();
            abandoned = _abandoned;
        }

        if (abandoned)
            SendClose();
    }

    /// <summary>Nobody waits for the opening any more: closes the channel as soon as it is open.</summary>
    internal void AbandonOpening()
    {
        lock (_gate)
            _abandoned = true;

        SendClose();
    }

    internal void OnOpenFailed(Exception exception)
    {
        _opened.TrySetException(exception);
        _ = _opened.Task.Exception; // observed: the opener may have given up waiting
        End(exception);
    }

    internal ChannelInput? OnData(ReadOnlySpan<byte> data)
    {
        CheckMayReceive("data");
        _window.OnReceived(data.Length);
        if (data.IsEmpty)
            return null;

        _input.Append(data);
        return _input;
    }

    internal ChannelInput? OnExtendedData(uint type, ReadOnlySpan<byte> data)
    {
        CheckMayReceive("extended data");
        _window.OnReceived(data.Length);
        if (data.IsEmpty)
            return null;

        if (type != 1 || !_readsStderr)
        {
            OnConsumed(data.Length); // nobody would read it
            return null;
        }

        _errorInput.Append(data);
        return _errorInput;
    }

    internal void OnWindowAdjust(uint bytes) => _sender.AddWindow(bytes);

    internal void OnReply(bool success) => _replies.Complete(success);

    internal void OnEof()
    {
        CheckMayReceive("EOF");
        lock (_gate)
            _flags |= ChannelFlags.EofReceived;

        _input.End();
        _errorInput.End();
    }

    internal void OnClose()
    {
        lock (_gate)
            _flags |= ChannelFlags.CloseReceived;

        _input.End();
        _errorInput.End();
        SendClose();
        FinishIfGone();
    }

    internal ValueTask OnRequestAsync(InboundRequest request)
    {
        if (request.Name == ExitStatusName)
            ExitStatus = unchecked((int)SshPayload.Parse<ExitStatus>(request.Payload).Status);
        else if (request.Name == ExitSignalName)
            ExitSignal = SshPayload.Parse<ExitSignal>(request.Payload);

        return _requests.AddAsync(request, Connection.Closed);
    }

    /// <summary>The connection ended: readers see the failure, unless the peer had ended its data.</summary>
    internal void End(Exception exception)
    {
        lock (_gate)
        {
            _flags |= ChannelFlags.Gone;
            _loss = exception;
        }

        _opened.TrySetException(exception);
        _ = _opened.Task.Exception;
        _input.End(exception);
        _errorInput.End(exception);
        Finish(exception, exception as SshConnectionException);
    }

    private static string ExitStatusName => Messages.ExitStatus.Name;

    private static string ExitSignalName => Messages.ExitSignal.Name;

    private bool IsAnswerDue
    {
        get
        {
            lock (_gate)
                return _closeAfterAnswer;
        }
    }

    private void CheckMayReceive(string what)
    {
        if ((_flags & ChannelFlags.EofReceived) != 0)
            throw new SshProtocolException($"The peer sent {what} on channel {LocalId} after its EOF.");
    }

    private void OnConsumed(long bytes)
    {
        uint grant = _window.OnConsumed(bytes);
        if (grant == 0)
            return;

        lock (_gate)
        {
            if ((_flags & ChannelFlags.Gone) != 0)
                return;

            _writer.Write(new ChannelWindowAdjustMessage { RecipientChannel = _remoteId, BytesToAdd = grant });
        }

        _writer.Flush();
    }

    private async ValueTask ProcessRequestAsync(InboundRequest request)
    {
        if (!request.WantReply)
        {
            _ = await AskHandlerAsync(request);
            return;
        }

        lock (_gate)
            _answerDue = true;

        bool granted = await AskHandlerAsync(request);
        lock (_gate)
        {
            _answerDue = false;
            if ((_flags & ChannelFlags.CloseSent) != 0)
                return;

            if (granted)
                _writer.Write(new ChannelSuccessMessage { RecipientChannel = _remoteId });
            else
                _writer.Write(new ChannelFailureMessage { RecipientChannel = _remoteId });
        }

        if (_closeAfterAnswer)
            SendClose();
        else
            _writer.Flush();
    }

    private async ValueTask<bool> AskHandlerAsync(InboundRequest request)
    {
        try
        {
            return Volatile.Read(ref _handler) is { } handler &&
                await handler.OnRequestAsync(this, request.Name, request.Payload, request.WantReply, Connection.Closed);
        }
        catch (SshProtocolException)
        {
            return false; // the request's data is malformed: the failure tells the peer
        }
        catch (Exception exception)
        {
            Connection.OnHandlerError(exception);
            return false;
        }
    }

    private void FinishIfGone()
    {
        lock (_gate)
        {
            if ((_flags & ChannelFlags.Gone) != ChannelFlags.Gone)
                return;
        }

        Connection.Forget(this);
        Finish(new SshException($"The peer closed channel {LocalId} without answering."), loss: null);
    }

    private void Finish(Exception unanswered, SshConnectionException? loss)
    {
        _sender.Abort(loss);
        _window.Close();
        _replies.Fail(unanswered);
        _completion.TrySetResult();
    }

    private static async Task IgnoreLossAsync(ValueTask task)
    {
        try
        {
            await task;
        }
        catch (SshConnectionException)
        {
            // The connection's close reason tells of it.
        }
    }
}
