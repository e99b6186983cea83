using System.Buffers.Binary;
using System.Security.Cryptography;
using Teleport.Ssh.Ciphers;
using Teleport.Ssh.Macs;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Tests.Transport;

public sealed class PacketReaderTests
{
    public static TheoryData<string> Protections =>
        ["none", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr hmac-sha2-256-etm@openssh.com", "aes256-ctr hmac-sha2-512"];

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task TryRead_PacketsInPieces_AreReadInOrder(string name)
    {
        (PacketProtection seal, PacketProtection open) = Create(name);
        using MemoryStream wire = new();
        for (uint sequence = 0; sequence < 20; sequence++)
            wire.Write(Seal(seal, sequence, Payload((int)sequence * 1700)));

        using PacketReader reader = Read(new PiecemealStream(wire.ToArray(), 1000), open);
        for (int index = 0; index < 20; index++)
            Assert.Equal(Payload(index * 1700), (await NextAsync(reader)).ToArray());

        Assert.False(await reader.FillAsync(CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task H01_PacketLength_Lies_IsRefusedWithoutWaitingForMore(string name)
    {
        foreach (uint lie in (uint[])[0, 1, 4, 5, 7, 11, 13, 35_001, 40_000, int.MaxValue, 0x80000000, uint.MaxValue])
        {
            (PacketProtection seal, PacketProtection open) = Create(name);
            byte[] packet = Seal(seal, 0, Payload(100), length: lie);
            using PacketReader reader = Read(new MemoryStream(packet), open);

            await Assert.ThrowsAsync<SshProtocolException>(async () => await NextAsync(reader));
        }
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task H01_PaddingLength_Lies_IsRefused(string name)
    {
        foreach (byte lie in (byte[])[0, 3, 200, 255])
        {
            (PacketProtection seal, PacketProtection open) = Create(name);
            byte[] packet = Seal(seal, 0, Payload(100), padding: lie);
            using PacketReader reader = Read(new MemoryStream(packet), open);

            await Assert.ThrowsAsync<SshProtocolException>(async () => await NextAsync(reader));
        }
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task TryRead_AnyBitChanged_IsRefused(string name)
    {
        if (name == "none")
            return; // has no integrity, by design

        for (int position = 4; position < 60; position += 5)
        {
            (PacketProtection seal, PacketProtection open) = Create(name);
            byte[] packet = Seal(seal, 0, Payload(20));
            packet[position % packet.Length] ^= 0x10;
            using PacketReader reader = Read(new MemoryStream([.. packet, .. new byte[100_000]]), open);

            await Assert.ThrowsAsync<SshProtocolException>(async () => await NextAsync(reader));
        }
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task TryRead_PacketReplayed_IsRefused(string name)
    {
        if (name == "none")
            return; // has no integrity, by design

        (PacketProtection seal, PacketProtection open) = Create(name);
        byte[] packet = Seal(seal, 0, Payload(20));
        using PacketReader reader = Read(new MemoryStream([.. packet, .. packet, .. new byte[100_000]]), open);

        Assert.Equal(Payload(20), (await NextAsync(reader)).ToArray());
        await Assert.ThrowsAsync<SshProtocolException>(async () => await NextAsync(reader));
    }

    [Fact]
    public async Task H01_UnauthenticatedBytes_BeyondTheLimit_AreRefused()
    {
        (PacketProtection seal, PacketProtection open) = Create("none");
        byte[] packet = Seal(seal, 0, Payload(1000));
        using PacketReader reader = Read(new PiecemealStream([.. Enumerable.Repeat(packet, 100).SelectMany(bytes => bytes)], 5000), open);
        reader.MaxTotalBytes = 20_000;

        await Assert.ThrowsAsync<SshProtocolException>(async () =>
        {
            while (true)
                await NextAsync(reader);
        });
    }

    private static byte[] Payload(int length) => [94, .. Enumerable.Range(0, length).Select(index => (byte)index)];

    private static async Task<ReadOnlyMemory<byte>> NextAsync(PacketReader reader)
    {
        ReadOnlyMemory<byte> payload;
        while (!reader.TryRead(out payload))
            Assert.True(await reader.FillAsync(CancellationToken.None), "The data ended in the middle of a packet.");

        return payload;
    }

    private static PacketReader Read(Stream stream, PacketProtection open)
    {
        PacketReader reader = new(new StreamTransport(stream, remoteEndPoint: null));
        reader.UseKeys(open, resetSequence: true);
        return reader;
    }

    private static (PacketProtection Seal, PacketProtection Open) Create(string name)
    {
        if (name == "none")
            return (new NoProtection(), new NoProtection());

        string[] names = name.Split(' ');
        CipherAlgorithm cipher = CipherAlgorithm.Get(names[0]);
        MacAlgorithm? mac = names.Length > 1 ? MacAlgorithm.Get(names[1]) : null;
        byte[] key = RandomNumberGenerator.GetBytes(cipher.KeySize);
        byte[] iv = RandomNumberGenerator.GetBytes(cipher.IvSize);
        byte[] macKey = RandomNumberGenerator.GetBytes(mac?.KeySize ?? 0);
        return (cipher.Create(key, iv, mac, macKey), cipher.Create(key, iv, mac, macKey));
    }

    /// <summary>Seals a packet whose length fields may lie, as a peer that knows the keys can.</summary>
    private static byte[] Seal(PacketProtection protection, uint sequence, byte[] payload, uint? length = null, byte? padding = null)
    {
        int realPadding = PacketFormat.PaddingFor(payload.Length, protection);
        byte[] packet = new byte[PacketFormat.HeaderSize + payload.Length + realPadding + protection.TagSize];
        PacketFormat.WriteHeader(packet, payload.Length, realPadding);
        payload.CopyTo(packet, PacketFormat.HeaderSize);
        if (length is { } lie)
            BinaryPrimitives.WriteUInt32BigEndian(packet, lie);
        if (padding is { } paddingLie)
            packet[4] = paddingLie;

        protection.Seal(sequence, packet);
        return packet;
    }

    /// <summary>Delivers its bytes a few at a time.</summary>
    private sealed class PiecemealStream(byte[] data, int piece) : MemoryStream(data)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
