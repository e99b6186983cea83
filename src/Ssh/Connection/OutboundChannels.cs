using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>Channels that we open.</summary>
internal sealed class OutboundChannels(SshConnection connection, PacketWriter writer, ChannelTable table, WindowBudget budget)
{
    /// <exception cref="SshChannelOpenException">The peer refused, or we have too many.</exception>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public async Task<SshChannel> OpenAsync(string type, ReadOnlyMemory<byte> typeData, ISshChannelHandler? handler, CancellationToken ct)
    {
        ReceiveWindow window = ReceiveWindow.TryCreate(budget) ?? throw TooMany();
        SshChannel? channel = table.TryAdd(id => new SshChannel(connection, writer, id, window, type, isOurs: true));
        if (channel is null)
        {
            window.Close();
            throw TooMany();
        }

        if (handler is not null)
            channel.Serve(handler);

        writer.Write(new ChannelOpenMessage
        {
            ChannelType = type,
            SenderChannel = channel.LocalId,
            InitialWindow = window.InitialBytes,
            MaxPacket = ReceiveWindow.MaxPacket,
            TypeData = typeData.Span,
        });
        writer.Flush();
        long start = budget.RoundTrip.Start();
        try
        {
            await channel.Opened.WaitAsync(ct);
            budget.RoundTrip.Observe(start);
        }
        catch (OperationCanceledException)
        {
            channel.AbandonOpening();
            throw;
        }

        return channel;
    }

    /// <exception cref="SshProtocolException">No such channel is being opened.</exception>
    public void OnConfirmed(scoped in ChannelOpenConfirmationMessage message)
    {
        SshChannel channel = GetOpening(message.RecipientChannel);
        channel.Open(message.SenderChannel, message.InitialWindow, message.MaxPacket, message.TypeData, handler: null);
    }

    /// <exception cref="SshProtocolException">No such channel is being opened.</exception>
    public void OnRefused(scoped in ChannelOpenFailureMessage message)
    {
        SshChannel channel = GetOpening(message.RecipientChannel);
        table.Remove(channel);
        channel.End(new SshChannelOpenException((ChannelOpenFailure)message.Reason, TextForPeople.Clean(message.Description, TextForPeople.MaxExplanation)));
    }

    private SshChannel GetOpening(uint id)
    {
        SshChannel channel = table.Get(id);
        return channel.Opened.IsCompleted
            ? throw new SshProtocolException($"The peer answered the opening of channel {id}, which is open already.")
            : channel;
    }

    private static SshChannelOpenException TooMany() =>
        new(ChannelOpenFailure.ResourceShortage, "This side has too many channels open, or too much of their data is unread");
}
