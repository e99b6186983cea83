using System.Buffers;
using Teleport.Ssh.Messages.Authentication;
using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Messages;

/// <summary>All messages of the protocol. Tests take their cases from here, errors the names.</summary>
internal static class MessageTable
{
    /// <summary>Every message; two share the number 60, which each method defines for itself.</summary>
    public static IReadOnlyList<Entry> Entries { get; } =
    [
        Create<DisconnectMessage>("DISCONNECT"),
        Create<IgnoreMessage>("IGNORE"),
        Create<UnimplementedMessage>("UNIMPLEMENTED"),
        Create<DebugMessage>("DEBUG"),
        Create<ServiceRequestMessage>("SERVICE_REQUEST"),
        Create<ServiceAcceptMessage>("SERVICE_ACCEPT"),
        Create<ExtInfoMessage>("EXT_INFO"),
        Create<KeyExchangeInitMessage>("KEXINIT"),
        Create<NewKeysMessage>("NEWKEYS"),
        Create<KeyAgreementInitMessage>("KEX_ECDH_INIT"),
        Create<KeyAgreementReplyMessage>("KEX_ECDH_REPLY"),
        Create<UserAuthRequestMessage>("USERAUTH_REQUEST"),
        Create<UserAuthFailureMessage>("USERAUTH_FAILURE"),
        Create<UserAuthSuccessMessage>("USERAUTH_SUCCESS"),
        Create<UserAuthBannerMessage>("USERAUTH_BANNER"),
        Create<PublicKeyOkMessage>("USERAUTH_PK_OK"),
        Create<InfoRequestMessage>("USERAUTH_INFO_REQUEST"),
        Create<InfoResponseMessage>("USERAUTH_INFO_RESPONSE"),
        Create<GlobalRequestMessage>("GLOBAL_REQUEST"),
        Create<RequestSuccessMessage>("REQUEST_SUCCESS"),
        Create<RequestFailureMessage>("REQUEST_FAILURE"),
        Create<ChannelOpenMessage>("CHANNEL_OPEN"),
        Create<ChannelOpenConfirmationMessage>("CHANNEL_OPEN_CONFIRMATION"),
        Create<ChannelOpenFailureMessage>("CHANNEL_OPEN_FAILURE"),
        Create<ChannelWindowAdjustMessage>("CHANNEL_WINDOW_ADJUST"),
        Create<ChannelDataMessage>("CHANNEL_DATA"),
        Create<ChannelExtendedDataMessage>("CHANNEL_EXTENDED_DATA"),
        Create<ChannelEofMessage>("CHANNEL_EOF"),
        Create<ChannelCloseMessage>("CHANNEL_CLOSE"),
        Create<ChannelRequestMessage>("CHANNEL_REQUEST"),
        Create<ChannelSuccessMessage>("CHANNEL_SUCCESS"),
        Create<ChannelFailureMessage>("CHANNEL_FAILURE"),
        Create<PingMessage>("PING"),
        Create<PongMessage>("PONG"),
    ];

    /// <summary>Reads a message that must fill its packet exactly.</summary>
    /// <param name="payload">The packet's payload, with the number.</param>
    /// <exception cref="SshProtocolException">Another message, truncated, out of limits, or with bytes left.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> payload)
        where T : ISshMessage<T>, allows ref struct
    {
        SshReader reader = new(payload);
        byte number = reader.ReadByte();
        if (number != T.Number)
            throw new SshProtocolException($"{Describe(number)} came where {Describe(T.Number)} is due.");

        T message = T.Read(ref reader);
        reader.ExpectEnd();
        return message;
    }

    /// <summary>A message's name and number, for errors.</summary>
    public static string Describe(byte number) =>
        Entries.FirstOrDefault(entry => entry.Number == number) is { } entry ? $"{entry.Name} ({number})" : $"Message {number}";

    private static Entry Create<T>(string name)
        where T : ISshMessage<T>, allows ref struct => new(T.Number, name, typeof(T), ReadAndWrite<T>);

    private static byte[] ReadAndWrite<T>(ReadOnlySpan<byte> payload)
        where T : ISshMessage<T>, allows ref struct
    {
        T message = Parse<T>(payload);
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writer.WriteByte(T.Number);
        message.Write(ref writer);
        return buffer.WrittenSpan.ToArray();
    }

    public delegate byte[] Rewriter(ReadOnlySpan<byte> payload);

    /// <param name="Number">The message's number.</param>
    /// <param name="Name">Its name in the RFCs, without prefix.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="Rewrite">Reads a packet and writes it again.</param>
    internal sealed record Entry(byte Number, string Name, Type Type, Rewriter Rewrite);
}
