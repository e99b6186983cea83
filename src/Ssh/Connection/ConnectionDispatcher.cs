using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>Hands the messages of the connection protocol (RFC 4254) to whom they concern. Used by the reading loop only.</summary>
internal sealed class ConnectionDispatcher(
    SshConnection connection, ChannelTable table, InboundChannels inbound, OutboundChannels outbound, GlobalRequests requests)
{
    private readonly List<ChannelInput> _unpublished = [];

    /// <summary>Handles one message. Waits only if too many requests of the peer are unanswered.</summary>
    /// <exception cref="SshProtocolException">The message is malformed or does not fit the state.</exception>
    public ValueTask DispatchAsync(ReadOnlySpan<byte> payload)
    {
        switch (payload[0])
        {
            case MessageNumbers.ChannelData:
                OnData(payload);
                break;
            case MessageNumbers.ChannelExtendedData:
                OnExtendedData(payload);
                break;
            case MessageNumbers.ChannelWindowAdjust:
                OnWindowAdjust(payload);
                break;
            case MessageNumbers.ChannelRequest:
                return OnChannelRequestAsync(payload);
            case MessageNumbers.ChannelEof:
                table.Get(MessageTable.Parse<ChannelEofMessage>(payload).RecipientChannel).OnEof();
                break;
            case MessageNumbers.ChannelClose:
                table.Get(MessageTable.Parse<ChannelCloseMessage>(payload).RecipientChannel).OnClose();
                break;
            case MessageNumbers.ChannelSuccess:
                table.Get(MessageTable.Parse<ChannelSuccessMessage>(payload).RecipientChannel).OnReply(success: true);
                break;
            case MessageNumbers.ChannelFailure:
                table.Get(MessageTable.Parse<ChannelFailureMessage>(payload).RecipientChannel).OnReply(success: false);
                break;
            case MessageNumbers.ChannelOpen:
                inbound.OnOpen(connection.Handler, MessageTable.Parse<ChannelOpenMessage>(payload));
                break;
            case MessageNumbers.ChannelOpenConfirmation:
                outbound.OnConfirmed(MessageTable.Parse<ChannelOpenConfirmationMessage>(payload));
                break;
            case MessageNumbers.ChannelOpenFailure:
                outbound.OnRefused(MessageTable.Parse<ChannelOpenFailureMessage>(payload));
                break;
            case MessageNumbers.GlobalRequest:
                return OnGlobalRequestAsync(payload);
            case MessageNumbers.RequestSuccess:
                requests.OnReply(SshGlobalReply.Success(MessageTable.Parse<RequestSuccessMessage>(payload).Payload.ToArray()));
                break;
            case MessageNumbers.RequestFailure:
                requests.OnReply(SshGlobalReply.Failure);
                break;
            default:
                throw new SshProtocolException($"{MessageTable.Describe(payload[0])} is not allowed after the authentication.");
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Shows the readers of channels what has arrived: once for all packets at hand, not once a packet.</summary>
    public void Publish()
    {
        foreach (ChannelInput input in _unpublished)
            input.Publish();

        _unpublished.Clear();
    }

    private void OnData(ReadOnlySpan<byte> payload)
    {
        ChannelDataMessage message = MessageTable.Parse<ChannelDataMessage>(payload);
        PublishLater(table.Get(message.RecipientChannel).OnData(message.Payload));
    }

    private void OnExtendedData(ReadOnlySpan<byte> payload)
    {
        ChannelExtendedDataMessage message = MessageTable.Parse<ChannelExtendedDataMessage>(payload);
        PublishLater(table.Get(message.RecipientChannel).OnExtendedData(message.DataType, message.Payload));
    }

    private void PublishLater(ChannelInput? input)
    {
        if (input is null || input.IsQueued)
            return;

        input.IsQueued = true;
        _unpublished.Add(input);
    }

    private void OnWindowAdjust(ReadOnlySpan<byte> payload)
    {
        ChannelWindowAdjustMessage message = MessageTable.Parse<ChannelWindowAdjustMessage>(payload);
        table.Get(message.RecipientChannel).OnWindowAdjust(message.BytesToAdd);
    }

    private ValueTask OnChannelRequestAsync(ReadOnlySpan<byte> payload)
    {
        ChannelRequestMessage message = MessageTable.Parse<ChannelRequestMessage>(payload);
        SshChannel channel = table.Get(message.RecipientChannel);
        return channel.OnRequestAsync(new InboundRequest(message.Name, message.Payload.ToArray(), message.WantReply));
    }

    private ValueTask OnGlobalRequestAsync(ReadOnlySpan<byte> payload)
    {
        GlobalRequestMessage message = MessageTable.Parse<GlobalRequestMessage>(payload);
        return requests.OnRequestAsync(new InboundRequest(message.Name, message.Payload.ToArray(), message.WantReply));
    }
}
