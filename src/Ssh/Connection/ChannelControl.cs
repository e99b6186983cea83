using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>The control messages of a channel and the state behind them: what may still be sent, and what is still due. Thread-safe.</summary>
/// <remarks>One lock spans each check of the state and the writing of what it allows, so that nothing follows a CLOSE on the wire.</remarks>
internal sealed class ChannelControl(uint localId, PacketWriter writer, ChannelSender sender)
{
    private readonly Lock _gate = new();
    private readonly PendingReplies<bool> _replies = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChannelFlags _flags;
    private Exception? _loss;
    private uint _remoteId;
    private bool _abandoned;
    private bool _answerDue;
    private bool _closeAfterAnswer;

    /// <summary>Ends when the channel is open; fails if it is not opened.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Whether both sides have sent CLOSE.</summary>
    public bool IsGone
    {
        get
        {
            lock (_gate)
                return (_flags & ChannelFlags.Gone) == ChannelFlags.Gone;
        }
    }

    /// <summary>Whether CLOSE waits for an answer that a handler owes the peer.</summary>
    public bool ClosesAfterAnswer
    {
        get
        {
            lock (_gate)
                return _closeAfterAnswer;
        }
    }

    public void Open(uint remoteId, uint window, uint maxPacket)
    {
        _remoteId = remoteId;
        sender.Open(remoteId, window, maxPacket);
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
    public void AbandonOpening()
    {
        lock (_gate)
            _abandoned = true;

        SendClose();
    }

    public void SendEof()
    {
        lock (_gate)
        {
            if ((_flags & (ChannelFlags.EofSent | ChannelFlags.CloseSent)) != 0)
                return;

            _flags |= ChannelFlags.EofSent;
            _ = sender.End(new ChannelEofMessage { RecipientChannel = _remoteId });
        }

        writer.Flush();
    }

    /// <summary>Sends CLOSE, unless it was sent, or an answer must go before it.</summary>
    public void SendClose()
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
            if (!sender.End(close))
                writer.Write(close); // EOF was sent before
        }

        writer.Flush();
    }

    /// <returns>The peer's answer; true if none was asked for; false if the channel is closed.</returns>
    public Task<bool> SendRequest(string name, ReadOnlySpan<byte> data, bool wantReply)
    {
        Task<bool> reply = Task.FromResult(true);
        lock (_gate)
        {
            if ((_flags & ChannelFlags.CloseSent) != 0)
                return _loss is null ? Task.FromResult(false) : Task.FromException<bool>(_loss);

            // Under the lock: answers come in the order of the requests on the wire.
            if (wantReply)
                reply = _replies.Add();

            writer.Write(new ChannelRequestMessage { RecipientChannel = _remoteId, Name = name, WantReply = wantReply, Payload = data });
        }

        writer.Flush();
        return reply;
    }

    public void Grant(uint bytes)
    {
        lock (_gate)
        {
            if ((_flags & ChannelFlags.Gone) != 0)
                return; // one of the sides has closed: nothing comes, or the peer has forgotten the channel

            writer.Write(new ChannelWindowAdjustMessage { RecipientChannel = _remoteId, BytesToAdd = bytes });
        }

        writer.Flush();
    }

    /// <summary>A handler begins to work on a request that wants an answer.</summary>
    public void BeginAnswer()
    {
        lock (_gate)
            _answerDue = true;
    }

    /// <summary>Sends the answer, and the CLOSE that waited for it.</summary>
    public void SendAnswer(bool granted)
    {
        lock (_gate)
        {
            _answerDue = false;
            if ((_flags & ChannelFlags.CloseSent) != 0)
                return;

            if (granted)
                writer.Write(new ChannelSuccessMessage { RecipientChannel = _remoteId });
            else
                writer.Write(new ChannelFailureMessage { RecipientChannel = _remoteId });
        }

        if (_closeAfterAnswer)
            SendClose();
        else
            writer.Flush();
    }

    /// <exception cref="SshProtocolException">No answer is due.</exception>
    public void OnReply(bool success) => _replies.Complete(success);

    /// <exception cref="SshProtocolException">The peer has ended its data.</exception>
    public void CheckMayReceive(string what)
    {
        if ((_flags & ChannelFlags.EofReceived) != 0)
            throw new SshProtocolException($"The peer sent {what} on channel {localId} after its EOF.");
    }

    public void OnEof()
    {
        lock (_gate)
            _flags |= ChannelFlags.EofReceived;
    }

    /// <summary>The peer has closed: so do we, at once.</summary>
    public void OnClose()
    {
        lock (_gate)
            _flags |= ChannelFlags.CloseReceived;

        SendClose();
    }

    /// <summary>The connection is lost, or the channel was never opened.</summary>
    public void Lose(Exception loss)
    {
        lock (_gate)
        {
            _flags |= ChannelFlags.Gone;
            _loss = loss;
        }

        _opened.TrySetException(loss);
        _ = _opened.Task.Exception; // observed: the opener may have given up waiting
        Finish(loss, loss as SshConnectionException);
    }

    /// <summary>Fails what is still waited for.</summary>
    public void Finish(Exception unanswered, SshConnectionException? loss)
    {
        sender.Abort(loss);
        _replies.Fail(unanswered);
    }
}
