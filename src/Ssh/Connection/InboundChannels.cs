using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>Channels that the peer opens: asks the handler, answers, bounds what is under way.</summary>
internal sealed class InboundChannels(
    SshConnection connection, PacketWriter writer, ChannelTable table, WindowBudget budget, BackgroundTasks background, int maxPending)
{
    private int _pending;

    /// <summary>Set by no-more-sessions@openssh.com: the client will open no other sessions, whoever takes over its socket.</summary>
    public bool RefusesSessions { get; set; }

    public void OnOpen(ISshConnectionHandler? handler, scoped in ChannelOpenMessage message)
    {
        if (handler is null || (RefusesSessions && message.ChannelType == "session"))
        {
            Refuse(message.SenderChannel, ChannelOpenFailure.AdministrativelyProhibited, "No such channels are served here.");
            return;
        }

        if (Volatile.Read(ref _pending) + table.Count >= maxPending)
        {
            Refuse(message.SenderChannel, ChannelOpenFailure.ResourceShortage, "There are too many channels.");
            return;
        }

        SshChannelOpen open = new(
            connection, this, message.ChannelType, message.TypeData.ToArray(), message.SenderChannel, message.InitialWindow, message.MaxPacket);
        Interlocked.Increment(ref _pending);
        background.Own(AskAsync(handler, open));
    }

    public SshChannel Confirm(
        string type, ISshChannelHandler? handler, uint remoteId, uint window, uint maxPacket, ReadOnlySpan<byte> confirmData)
    {
        ReceiveWindow? receive = ReceiveWindow.TryCreate(budget);
        SshChannel? channel = receive is null ? null : table.TryAdd(id => new SshChannel(connection, writer, id, receive, type, isOurs: false));
        if (channel is null)
        {
            receive?.Close();
            const string description = "There are too many channels, or too much of their data is unread.";
            Refuse(remoteId, ChannelOpenFailure.ResourceShortage, description);
            throw new SshChannelOpenException(ChannelOpenFailure.ResourceShortage, description);
        }

        // Open before the peer can know of it; nobody else has the channel yet, so that nothing is sent before the confirmation.
        channel.Open(remoteId, window, Math.Max(maxPacket, 1), confirmData: default, handler);
        writer.Write(new ChannelOpenConfirmationMessage
        {
            RecipientChannel = remoteId,
            SenderChannel = channel.LocalId,
            InitialWindow = receive!.InitialBytes,
            MaxPacket = ReceiveWindow.MaxPacket,
            TypeData = confirmData,
        });
        writer.Flush();
        return channel;
    }

    public void Refuse(uint remoteId, ChannelOpenFailure reason, string description)
    {
        writer.Write(new ChannelOpenFailureMessage
        {
            RecipientChannel = remoteId,
            Reason = (uint)reason,
            Description = TextForPeople.Shorten(description),
            Language = string.Empty,
        });
        writer.Flush();
    }

    private async ValueTask AskAsync(ISshConnectionHandler handler, SshChannelOpen open)
    {
        try
        {
            await handler.OnChannelOpenAsync(open, connection.Closed);
            open.RejectIfUnanswered(ChannelOpenFailure.UnknownChannelType, $"Channels of type {open.Type} are not served here.");
        }
        catch (SshProtocolException)
        {
            open.RejectIfUnanswered(ChannelOpenFailure.ConnectFailed, "The data of the channel request is malformed.");
        }
        catch (Exception exception)
        {
            open.RejectIfUnanswered(ChannelOpenFailure.ConnectFailed, "The channel could not be served.");
            connection.OnHandlerError(exception);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }
}
