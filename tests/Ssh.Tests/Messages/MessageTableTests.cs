using System.Buffers;
using System.Buffers.Binary;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Authentication;
using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Tests.Messages;

/// <summary>Every message of the table: round trip, every truncation, every field that lies about its length.</summary>
public sealed class MessageTableTests
{
    private static readonly Dictionary<Type, byte[]> Samples = new()
    {
        [typeof(DisconnectMessage)] = Encode(new DisconnectMessage { Reason = 11, Description = "bye", Language = "en" }),
        [typeof(IgnoreMessage)] = Encode(new IgnoreMessage { Payload = "abc"u8 }),
        [typeof(UnimplementedMessage)] = Encode(new UnimplementedMessage { Sequence = 7 }),
        [typeof(DebugMessage)] = Encode(new DebugMessage { AlwaysDisplay = true, Text = "t", Language = "" }),
        [typeof(ServiceRequestMessage)] = Encode(new ServiceRequestMessage { Service = "ssh-userauth" }),
        [typeof(ServiceAcceptMessage)] = Encode(new ServiceAcceptMessage { Service = "ssh-userauth" }),
        [typeof(ExtInfoMessage)] = Encode(new ExtInfoMessage([new("server-sig-algs", "ssh-ed25519"u8.ToArray())])),
        [typeof(KeyExchangeInitMessage)] = Encode(new KeyExchangeInitMessage
        {
            Cookie = new byte[16],
            KeyExchange = ["a", "b"],
            HostKeys = ["c"],
            CiphersToServer = ["d"],
            CiphersToClient = ["e"],
            MacsToServer = ["f"],
            MacsToClient = ["g"],
            CompressionToServer = ["none"],
            CompressionToClient = ["none"],
            FirstPacketFollows = true,
        }),
        [typeof(NewKeysMessage)] = Encode(default(NewKeysMessage)),
        [typeof(KeyAgreementInitMessage)] = Encode(new KeyAgreementInitMessage { Value = "value"u8 }),
        [typeof(KeyAgreementReplyMessage)] = Encode(new KeyAgreementReplyMessage { HostKey = "key"u8, Value = "value"u8, Signature = "signature"u8 }),
        [typeof(UserAuthRequestMessage)] = Encode(new UserAuthRequestMessage { UserName = "u", Service = "s", Method = "m", MethodData = "d"u8 }),
        [typeof(UserAuthFailureMessage)] = Encode(new UserAuthFailureMessage { Methods = ["publickey", "password"], PartialSuccess = true }),
        [typeof(UserAuthSuccessMessage)] = Encode(default(UserAuthSuccessMessage)),
        [typeof(UserAuthBannerMessage)] = Encode(new UserAuthBannerMessage { Text = "welcome", Language = "" }),
        [typeof(PublicKeyOkMessage)] = Encode(new PublicKeyOkMessage { Algorithm = "ssh-ed25519", Key = "blob"u8 }),
        [typeof(InfoRequestMessage)] = Encode(new InfoRequestMessage("n", "i", [new SshPrompt("p", true)])),
        [typeof(InfoResponseMessage)] = Encode(new InfoResponseMessage(["a", "b"])),
        [typeof(GlobalRequestMessage)] = Encode(new GlobalRequestMessage { Name = "g", WantReply = true, Payload = "x"u8 }),
        [typeof(RequestSuccessMessage)] = Encode(new RequestSuccessMessage { Payload = "x"u8 }),
        [typeof(RequestFailureMessage)] = Encode(default(RequestFailureMessage)),
        [typeof(ChannelOpenMessage)] = Encode(
            new ChannelOpenMessage { ChannelType = "session", SenderChannel = 1, InitialWindow = 2, MaxPacket = 3, TypeData = "x"u8 }),
        [typeof(ChannelOpenConfirmationMessage)] = Encode(
            new ChannelOpenConfirmationMessage { RecipientChannel = 1, SenderChannel = 2, InitialWindow = 3, MaxPacket = 4, TypeData = "x"u8 }),
        [typeof(ChannelOpenFailureMessage)] = Encode(
            new ChannelOpenFailureMessage { RecipientChannel = 1, Reason = 2, Description = "no", Language = "" }),
        [typeof(ChannelWindowAdjustMessage)] = Encode(new ChannelWindowAdjustMessage { RecipientChannel = 1, BytesToAdd = 2 }),
        [typeof(ChannelDataMessage)] = Encode(new ChannelDataMessage { RecipientChannel = 1, Payload = "data"u8 }),
        [typeof(ChannelExtendedDataMessage)] = Encode(new ChannelExtendedDataMessage { RecipientChannel = 1, DataType = 1, Payload = "data"u8 }),
        [typeof(ChannelEofMessage)] = Encode(new ChannelEofMessage { RecipientChannel = 1 }),
        [typeof(ChannelCloseMessage)] = Encode(new ChannelCloseMessage { RecipientChannel = 1 }),
        [typeof(ChannelRequestMessage)] = Encode(new ChannelRequestMessage { RecipientChannel = 1, Name = "exec", WantReply = true, Payload = "x"u8 }),
        [typeof(ChannelSuccessMessage)] = Encode(new ChannelSuccessMessage { RecipientChannel = 1 }),
        [typeof(ChannelFailureMessage)] = Encode(new ChannelFailureMessage { RecipientChannel = 1 }),
        [typeof(PingMessage)] = Encode(new PingMessage { Payload = "x"u8 }),
        [typeof(PongMessage)] = Encode(new PongMessage { Payload = "x"u8 }),
    };

    public static TheoryData<string> Names => [.. MessageTable.Entries.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_Written_IsTheSame(string name)
    {
        (MessageTable.Entry entry, byte[] sample) = Find(name);

        Assert.Equal(sample, entry.Rewrite(sample));
        Assert.Equal(entry.Number, sample[0]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EveryTruncation_ThrowsOrKeepsWhatIsThere(string name)
    {
        (MessageTable.Entry entry, byte[] sample) = Find(name);
        for (int length = 0; length < sample.Length; length++)
        {
            // A message whose last field is the rest of the packet may be shorter; then it is written back as it came.
            byte[] truncated = sample[..length];
            byte[]? rewritten = RewriteOrNull(entry, truncated);
            Assert.True(rewritten is null || rewritten.AsSpan().SequenceEqual(truncated), $"{length} of {sample.Length} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void H01_FieldLength_Lies_ThrowsOnlyProtocolExceptions(string name)
    {
        (MessageTable.Entry entry, byte[] sample) = Find(name);
        foreach (uint lie in (uint[])[0, 1, 35_001, int.MaxValue, 0x80000000, uint.MaxValue])
        {
            for (int offset = 1; offset + 4 <= sample.Length; offset++)
            {
                byte[] changed = [.. sample];
                BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(offset), lie);
                _ = RewriteOrNull(entry, changed); // any other exception fails the test
            }
        }
    }

    [Fact]
    public void Entries_AllTypes_HaveASample() => Assert.All(MessageTable.Entries, entry => Assert.True(Samples.ContainsKey(entry.Type), entry.Name));

    [Fact]
    public void Parse_BytesBehindTheMessage_Throws() =>
        Assert.Throws<SshProtocolException>(() => { _ = MessageTable.Parse<ChannelEofMessage>([96, 0, 0, 0, 1, 0]); });

    private static (MessageTable.Entry Entry, byte[] Sample) Find(string name)
    {
        MessageTable.Entry entry = MessageTable.Entries.Single(entry => entry.Name == name);
        return (entry, Samples[entry.Type]);
    }

    private static byte[]? RewriteOrNull(MessageTable.Entry entry, byte[] payload)
    {
        try
        {
            return entry.Rewrite(payload);
        }
        catch (SshProtocolException)
        {
            return null;
        }
    }

    private static byte[] Encode<T>(scoped in T message)
        where T : ISshMessage<T>, allows ref struct
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writer.WriteByte(T.Number);
        message.Write(ref writer);
        return buffer.WrittenSpan.ToArray();
    }
}
