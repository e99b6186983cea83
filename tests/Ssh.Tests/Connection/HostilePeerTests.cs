using System.Buffers.Binary;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Messages.Transport;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Tests.Connection;

/// <summary>What a peer that has logged in may try. Each attack is followed by proof that only it was harmed.</summary>
public sealed class HostilePeerTests
{
    [Fact]
    public async Task H04_RepliesNeverAskedFor_EndTheConnection()
    {
        await RefusesAsync(peer => peer.Send(new RequestSuccessMessage()));
        await RefusesAsync(peer => peer.Send(default(RequestFailureMessage)));
        await RefusesAsync(peer => peer.Send(new ChannelSuccessMessage { RecipientChannel = 0 }));
        await RefusesAsync(peer => peer.Send(new ChannelSuccessMessage { RecipientChannel = uint.MaxValue }));
        await RefusesAsync(peer => peer.Send(new ChannelOpenConfirmationMessage { RecipientChannel = 3, MaxPacket = 1 }));
        await RefusesAsync(peer => peer.Send(new ChannelOpenFailureMessage { RecipientChannel = 3, Description = "", Language = "" }));
        await RefusesAsync(peer => peer.Send(new ChannelDataMessage { RecipientChannel = 1 }));
        await RefusesAsync(peer => peer.Send(new ChannelCloseMessage { RecipientChannel = 1 }));
    }

    [Fact]
    public async Task H04_ConfirmationOfAnOpenChannel_EndsTheConnection()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        uint channel = await OpenAsync(peer);

        peer.Send(new ChannelOpenConfirmationMessage { RecipientChannel = channel, SenderChannel = 9, InitialWindow = 9, MaxPacket = 9 });

        Assert.Equal(SshDisconnectReason.ProtocolError, (await peer.AwaitRefusalAsync()).Reason);
    }

    [Fact]
    public async Task H04_HundredThousandOpensOfARefusedType_AreAllRefused_AndAChannelStillAnswers()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        uint echo = await OpenAsync(peer, sender: 7);
        Task flood = Task.Run(() =>
        {
            for (uint index = 0; index < 100_000; index++)
                peer.Send(new ChannelOpenMessage { ChannelType = "nonsense", SenderChannel = index, InitialWindow = 1, MaxPacket = 1 });
        });

        for (int index = 0; index < 100_000; index++)
            await peer.ReceiveAsync(MessageNumbers.ChannelOpenFailure);

        await flood.WaitAsync(SshPair.Patience);
        peer.Send(new ChannelDataMessage { RecipientChannel = echo, Payload = "still there"u8 });
        byte[] answer = await peer.ReceiveAsync(MessageNumbers.ChannelData);
        Assert.Equal("still there"u8.ToArray(), MessageTable.Parse<ChannelDataMessage>(answer).Payload.ToArray());
        Assert.Equal(1, peer.Server.ChannelCount);
    }

    [Fact]
    public async Task H04_PingsWhoseAnswersAreNotRead_StopTheirSender_AndAreAnsweredInTheEnd()
    {
        const int count = 100_000;
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        Task flood = Task.Run(async () =>
        {
            byte[] payload = new byte[1000];
            for (int index = 0; index < count; index++)
            {
                await peer.Writer.WaitForRoomAsync(CancellationToken.None);
                peer.Send(new PingMessage { Payload = payload });
            }
        });

        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flood.WaitAsync(soon.Token));

        for (int index = 0; index < count; index++)
            await peer.ReceiveAsync(MessageNumbers.Pong);

        await flood.WaitAsync(SshPair.Patience);
        Assert.Equal(0U, await OpenAsync(peer));
    }

    [Fact]
    public async Task H04_MoreChannelsThanAllowed_AreRefused_AndOneMoreIsServedAfterAClose()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler(), new SshTransportOptions { MaxChannels = 3 });
        uint first = await OpenAsync(peer);
        _ = await OpenAsync(peer);
        _ = await OpenAsync(peer);

        peer.Send(Open(0));
        byte[] refusal = await peer.ReceiveAsync(MessageNumbers.ChannelOpenFailure);
        Assert.Equal((uint)ChannelOpenFailure.ResourceShortage, MessageTable.Parse<ChannelOpenFailureMessage>(refusal).Reason);

        peer.Send(new ChannelCloseMessage { RecipientChannel = first });
        await peer.ReceiveAsync(MessageNumbers.ChannelClose);
        Assert.Equal(first, await OpenAsync(peer));
    }

    [Fact]
    public async Task H05_WindowAdjustPastItsLimit_EndsTheConnection()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        uint channel = await OpenAsync(peer, window: uint.MaxValue - 10);

        peer.Send(new ChannelWindowAdjustMessage { RecipientChannel = channel, BytesToAdd = 11 });

        Assert.Equal(SshDisconnectReason.ProtocolError, (await peer.AwaitRefusalAsync()).Reason);
    }

    [Fact]
    public async Task H05_WindowAdjustUpToItsLimit_IsAllowed()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        uint channel = await OpenAsync(peer, window: uint.MaxValue - 10);

        peer.Send(new ChannelWindowAdjustMessage { RecipientChannel = channel, BytesToAdd = 10 });
        peer.Send(new ChannelDataMessage { RecipientChannel = channel, Payload = "x"u8 });

        Assert.NotEmpty(await peer.ReceiveAsync(MessageNumbers.ChannelData));
    }

    [Fact]
    public async Task H05_DataBeyondTheWindow_EndsTheConnection()
    {
        // The channel's data is never read, so that nothing is granted anew.
        await using RawPeer peer = await RawPeer.LogInAsync(new CommandHandler());
        peer.Send(new ChannelOpenMessage { ChannelType = "session", SenderChannel = 0, InitialWindow = 1000, MaxPacket = 1000 });
        (uint channel, uint window) = ReadConfirmation(await peer.ReceiveAsync(MessageNumbers.ChannelOpenConfirmation));
        byte[] block = new byte[32_768];
        for (long sent = 0; sent <= window; sent += block.Length)
            peer.Send(new ChannelDataMessage { RecipientChannel = channel, Payload = block });

        Assert.Equal(SshDisconnectReason.ProtocolError, (await peer.AwaitRefusalAsync()).Reason);
    }

    [Fact]
    public async Task H05_PacketBeyondTheMaximum_EndsTheConnection()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        uint channel = await OpenAsync(peer);

        peer.Send(new ChannelDataMessage { RecipientChannel = channel, Payload = new byte[32_769] });

        Assert.Equal(SshDisconnectReason.ProtocolError, (await peer.AwaitRefusalAsync()).Reason);
    }

    [Fact]
    public async Task H05_EndlessEmptyData_DoesNotWakeTheReader()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        uint channel = await OpenAsync(peer);
        for (int index = 0; index < 50_000; index++)
            peer.Writer.Write(new ChannelDataMessage { RecipientChannel = channel });

        peer.Send(new ChannelDataMessage { RecipientChannel = channel, Payload = "end"u8 });

        Assert.Equal("end"u8.ToArray(), MessageTable.Parse<ChannelDataMessage>(await peer.ReceiveAsync(MessageNumbers.ChannelData)).Payload.ToArray());
    }

    [Fact]
    public async Task Data_AfterEof_EndsTheConnection()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        uint channel = await OpenAsync(peer);
        peer.Send(new ChannelEofMessage { RecipientChannel = channel });
        peer.Send(new ChannelDataMessage { RecipientChannel = channel, Payload = "x"u8 });

        Assert.Equal(SshDisconnectReason.ProtocolError, (await peer.AwaitRefusalAsync()).Reason);
    }

    [Fact]
    public async Task H03_RekeyThatNeverEnds_IsClosedInTime()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler(), new SshTransportOptions { RekeyTimeout = TimeSpan.FromMilliseconds(300) });

        // The server asks for new keys; we neither answer nor read.
        peer.Server.RenewKeys();

        SshCloseReason reason = await peer.AwaitRefusalAsync();
        Assert.Equal(SshDisconnectReason.KeyExchangeFailed, reason.Reason);
    }

    [Fact]
    public async Task UnknownMessage_IsAnsweredWithUnimplemented_AndTheConnectionLives()
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        peer.Writer.Write(default(UnknownMessage));

        Assert.Equal(0U, await OpenAsync(peer));
    }

    private static async Task RefusesAsync(Action<RawPeer> attack)
    {
        await using RawPeer peer = await RawPeer.LogInAsync(new EchoHandler());
        attack(peer);
        SshCloseReason reason = await peer.AwaitRefusalAsync();
        Assert.Equal(SshDisconnectReason.ProtocolError, reason.Reason);
        Assert.IsType<SshProtocolException>(reason.Error);
    }

    private static ChannelOpenMessage Open(uint sender, uint window = 1_000_000) =>
        new() { ChannelType = "echo", SenderChannel = sender, InitialWindow = window, MaxPacket = 32_768 };

    private static async Task<uint> OpenAsync(RawPeer peer, uint sender = 0, uint window = 1_000_000)
    {
        peer.Send(Open(sender, window));
        return ReadConfirmation(await peer.ReceiveAsync(MessageNumbers.ChannelOpenConfirmation)).Channel;
    }

    private static (uint Channel, uint Window) ReadConfirmation(byte[] payload)
    {
        ChannelOpenConfirmationMessage message = MessageTable.Parse<ChannelOpenConfirmationMessage>(payload);
        return (message.SenderChannel, message.InitialWindow);
    }

    private readonly struct UnknownMessage : ISshMessage<UnknownMessage>
    {
        public static byte Number => 199;

        public static UnknownMessage Read(scoped ref SshReader reader) => default;

        public void Write(ref SshWriter writer) => writer.WriteUInt32(BinaryPrimitives.ReverseEndianness(1U));
    }
}
