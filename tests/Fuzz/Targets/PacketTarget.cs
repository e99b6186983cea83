using System.Buffers.Binary;
using Teleport.Ssh;
using Teleport.Ssh.Ciphers;
using Teleport.Ssh.Macs;
using Teleport.Ssh.Transport;

namespace Teleport.Fuzz.Targets;

/// <summary>Packets under a cipher: what the wire brings, and packets that lie although they are sealed with the right keys.</summary>
internal sealed class PacketTarget(string name, string? cipher, string? mac) : IFuzzTarget
{
    private const int MaxPayload = 2000;

    private readonly byte[] _key = [.. Enumerable.Range(1, 64).Select(number => (byte)number)];

    public static IEnumerable<PacketTarget> All { get; } =
    [
        new("packets-clear", null, null),
        new("packets-aes-gcm", "aes256-gcm@openssh.com", null),
        new("packets-chacha20-poly1305", "chacha20-poly1305@openssh.com", null),
        new("packets-ctr-etm", "aes128-ctr", "hmac-sha2-256-etm@openssh.com"),
        new("packets-ctr", "aes256-ctr", "hmac-sha2-512"),
    ];

    public string Name => name;

    public int ShortRun => 4000;

    /// <summary>A byte that says how to read the rest; then the wire, or lengths and payloads of packets to seal.</summary>
    public IEnumerable<byte[]> Seeds
    {
        get
        {
            using PacketProtection protection = Protect();
            byte[] first = Seal(protection, 0, length: null, padding: null, [94, 0, 0, 0, 1, 0, 0, 0, 2, 7, 7]);
            yield return [0, .. first, .. Seal(protection, 1, length: null, padding: null, new byte[300])];
            yield return [0, .. "SSH-2.0-OpenSSH_9.9\r\n"u8];
            yield return [1, 0, 0, 0, 0, 0, 20, .. new byte[20]];
            yield return [1, 0, 0, 0, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 40, 9, 3, 1, 2, 3];
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;

        byte[] wire = input[0] % 2 == 0 ? input[1..].ToArray() : SealAll(input[1..]);
        using PacketReader reader = new(new StreamTransport(new MemoryStream(wire), remoteEndPoint: null)) { MaxTotalBytes = 1 << 20 };
        try
        {
            reader.UseKeys(Protect(), resetSequence: true);
            do
            {
                while (reader.TryRead(out ReadOnlyMemory<byte> payload))
                {
                    if (payload.Length is 0 or > PacketFormat.MaxLength)
                        throw new InvalidOperationException($"A payload of {payload.Length} bytes came through.");
                }
            }
            while (Fill(reader));
        }
        catch (SshProtocolException)
        {
            // Refused.
        }
    }

    private static bool Fill(PacketReader reader)
    {
        ValueTask<bool> fill = reader.FillAsync(CancellationToken.None);
        return fill.IsCompleted ? fill.Result : throw new InvalidOperationException("Memory had to be waited for.");
    }

    /// <summary>uint32 length to claim or 0 for the true one, byte padding to claim or 0, byte size of the payload, payload; and again.</summary>
    private byte[] SealAll(ReadOnlySpan<byte> input)
    {
        using PacketProtection protection = Protect();
        using MemoryStream wire = new();
        for (uint sequence = 0; input.Length >= 6; sequence++)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(input);
            byte padding = input[4];
            int size = Math.Min(input[5], input.Length - 6);
            wire.Write(Seal(protection, sequence, length == 0 ? null : length, padding == 0 ? null : padding, input.Slice(6, Math.Min(size, MaxPayload))));
            input = input[(6 + size)..];
        }

        return wire.ToArray();
    }

    private static byte[] Seal(PacketProtection protection, uint sequence, uint? length, byte? padding, ReadOnlySpan<byte> payload)
    {
        int filler = PacketFormat.PaddingFor(payload.Length, protection);
        byte[] packet = new byte[PacketFormat.HeaderSize + payload.Length + filler + protection.TagSize];
        BinaryPrimitives.WriteUInt32BigEndian(packet, length ?? (uint)(1 + payload.Length + filler));
        packet[4] = padding ?? (byte)filler;
        payload.CopyTo(packet.AsSpan(PacketFormat.HeaderSize));
        protection.Seal(sequence, packet);
        return packet;
    }

    private PacketProtection Protect()
    {
        if (cipher is null)
            return new NoProtection();

        CipherAlgorithm algorithm = CipherAlgorithm.Get(cipher);
        MacAlgorithm? code = mac is null ? null : MacAlgorithm.Get(mac);
        return algorithm.Create(_key[..algorithm.KeySize], _key[..algorithm.IvSize], code, _key[..(code?.KeySize ?? 0)]);
    }
}
