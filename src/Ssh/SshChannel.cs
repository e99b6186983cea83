using System.IO.Pipelines;
using Teleport.Ssh.Connection;
using Teleport.Ssh.Messages;
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

    private readonly ChannelSender _sender;
    private readonly ChannelControl _control;
    private readonly ReceiveWindow _window;
    private readonly ChannelInput _input;
    private readonly ChannelInput _errorInput;
    private readonly ChannelOutput _output;
    private readonly InboundRequests _requests;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _readsStderr;
    private Task _outputCompletion = Task.CompletedTask;
    private ISshChannelHandler? _handler;

    internal SshChannel(SshConnection connection, PacketWriter writer, uint localId, ReceiveWindow window, string type, bool isOurs)
    {
        Connection = connection;
        LocalId = localId;
        Type = type;
        _window = window;
        _readsStderr = isOurs;
        _sender = new ChannelSender(writer);
        _control = new ChannelControl(localId, writer, _sender);
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

    internal Task Opened => _control.Opened;

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
        _control.SendEof();
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
        return _control.SendRequest(name, data.Span, wantReply).WaitAsync(ct);
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
        if (_control.ClosesAfterAnswer)
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
        _control.SendClose();
        FinishIfGone();
    }

    /// <summary>Takes over what the completion of the output has still to do.</summary>
    internal void Own(ValueTask outputCompletion) => _outputCompletion = IgnoreLossAsync(outputCompletion);

    internal void Open(uint remoteId, uint window, uint maxPacket, ReadOnlySpan<byte> confirmData, ISshChannelHandler? handler)
    {
        if (maxPacket == 0)
            throw new SshProtocolException("The peer accepts no data packets at all on a channel.");

        ConfirmData = confirmData.ToArray();
        _handler ??= handler;
        _control.Open(remoteId, window, maxPacket);
    }

    /// <summary>Nobody waits for the opening any more: closes the channel as soon as it is open.</summary>
    internal void AbandonOpening() => _control.AbandonOpening();

    internal ChannelInput? OnData(ReadOnlySpan<byte> data)
    {
        _control.CheckMayReceive("data");
        _window.OnReceived(data.Length);
        if (data.IsEmpty)
            return null;

        _input.Append(data);
        return _input;
    }

    internal ChannelInput? OnExtendedData(uint type, ReadOnlySpan<byte> data)
    {
        _control.CheckMayReceive("extended data");
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

    internal void OnReply(bool success) => _control.OnReply(success);

    internal void OnEof()
    {
        _control.CheckMayReceive("EOF");
        _control.OnEof();
        _input.End();
        _errorInput.End();
    }

    internal void OnClose()
    {
        _input.End();
        _errorInput.End();
        _control.OnClose();
        FinishIfGone();
    }

    internal ValueTask OnRequestAsync(InboundRequest request)
    {
        if (request.Name == ExitStatusName)
            ExitStatus = unchecked((int)SshPayload.Parse<ExitStatus>(request.Payload).Status);
        else if (request.Name == ExitSignalName)
            ExitSignal = SshPayload.Parse<ExitSignal>(request.Payload);

        return _requests.AddAsync(request, Connection.Aborted);
    }

    /// <summary>The connection ended, or the channel is not opened: readers see the failure, unless the peer had ended its data.</summary>
    internal void End(Exception exception)
    {
        _control.Lose(exception);
        _input.End(exception);
        _errorInput.End(exception);
        Finish();
    }

    private static string ExitStatusName => Messages.ExitStatus.Name;

    private static string ExitSignalName => Messages.ExitSignal.Name;

    private void OnConsumed(long bytes)
    {
        uint grant = _window.OnConsumed(bytes);
        if (grant > 0)
            _control.Grant(grant);
    }

    private async ValueTask ProcessRequestAsync(InboundRequest request)
    {
        if (!request.WantReply)
        {
            _ = await AskHandlerAsync(request);
            return;
        }

        _control.BeginAnswer();
        _control.SendAnswer(await AskHandlerAsync(request));
        FinishIfGone();
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
        if (!_control.IsGone)
            return;

        Connection.Forget(this);
        _control.Finish(new SshException($"The peer closed channel {LocalId} without answering."), loss: null);
        Finish();
    }

    private void Finish()
    {
        _window.Close();
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
