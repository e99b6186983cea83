using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>Global requests in both directions (RFC 4254 section 4).</summary>
internal sealed class GlobalRequests
{
    private readonly Lock _gate = new();
    private readonly SshConnection _connection;
    private readonly PacketWriter _writer;
    private readonly InboundChannels _inboundChannels;
    private readonly PendingReplies<SshGlobalReply> _replies = new();
    private readonly InboundRequests _inbound;

    public GlobalRequests(SshConnection connection, PacketWriter writer, InboundChannels inboundChannels)
    {
        _connection = connection;
        _writer = writer;
        _inboundChannels = inboundChannels;
        _inbound = new InboundRequests(ProcessAsync);
    }

    public Task<SshGlobalReply> SendAsync(string name, ReadOnlyMemory<byte> payload, bool wantReply)
    {
        Task<SshGlobalReply> reply = Task.FromResult(SshGlobalReply.Success());
        lock (_gate)
        {
            // Under the lock: answers come in the order of the requests on the wire.
            if (wantReply)
                reply = _replies.Add();

            _writer.Write(new GlobalRequestMessage { Name = name, WantReply = wantReply, Payload = payload.Span });
        }

        _writer.Flush();
        return reply;
    }

    public ValueTask OnRequestAsync(InboundRequest request) => _inbound.AddAsync(request, _connection.Aborted);

    public void OnReply(SshGlobalReply reply) => _replies.Complete(reply);

    public void End(Exception exception) => _replies.Fail(exception);

    private async ValueTask ProcessAsync(InboundRequest request)
    {
        SshGlobalReply reply = SshGlobalReply.Failure;
        try
        {
            reply = await AnswerAsync(request);
        }
        catch (SshProtocolException)
        {
            // The request's data is malformed: the failure tells the peer.
        }
        catch (Exception exception)
        {
            _connection.OnHandlerError(exception);
        }

        if (!request.WantReply)
            return;

        if (reply.IsSuccess)
            _writer.Write(new RequestSuccessMessage { Payload = reply.Payload.Span });
        else
            _writer.Write(default(RequestFailureMessage));

        _writer.Flush();
    }

    private ValueTask<SshGlobalReply> AnswerAsync(InboundRequest request)
    {
        switch (request.Name)
        {
            case KeepAlive.RequestName:
                return ValueTask.FromResult(SshGlobalReply.Success());
            case "no-more-sessions@openssh.com":
                _inboundChannels.RefusesSessions = true;
                return ValueTask.FromResult(SshGlobalReply.Success());
            case HostKeyAnnouncement.AnnounceName or HostKeyAnnouncement.ProveName:
                return _connection.HostKeys?.AnswerAsync(this, request, _connection.Closed) ?? ValueTask.FromResult(SshGlobalReply.Failure);
            default:
                return _connection.Handler?.OnGlobalRequestAsync(request.Name, request.Payload, _connection.Closed)
                    ?? ValueTask.FromResult(SshGlobalReply.Failure);
        }
    }
}
