using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Fuzz.Targets;

/// <summary>Every message: what is read is written the same again, or refused.</summary>
internal sealed class MessageTarget : IFuzzTarget
{
    public string Name => "messages";

    public int ShortRun => 30_000;

    public IEnumerable<byte[]> Seeds =>
    [
        Wire.Build((ref SshWriter writer) =>
        {
            writer.WriteByte(20);
            writer.WriteRaw(new byte[16]);
            foreach (string list in (string[])["curve25519-sha256,ext-info-c", "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""])
                writer.WriteString(list);
            writer.WriteBoolean(false);
            writer.WriteUInt32(0);
        }),
        [1, 0, 0, 0, 11, 0, 0, 0, 3, .. "bye"u8, 0, 0, 0, 0],
        [7, 0, 0, 0, 1, .. Wire.Numbered(0, "server-sig-algs", "ssh-ed25519").AsSpan(1)],
        Wire.Numbered(31, "key", "value", "signature"),
        Wire.Numbered(50, "alice", "ssh-connection", "publickey"),
        [.. Wire.Numbered(51, "publickey,password"), 1],
        [.. Wire.Numbered(60, "name", "instruction", "en"), 0, 0, 0, 1, 0, 0, 0, 1, (byte)'?', 1],
        [61, 0, 0, 0, 1, 0, 0, 0, 1, (byte)'x'],
        [.. Wire.Numbered(80, "tcpip-forward"), 1, 0, 0, 0, 0, 0, 0, 0, 22],
        [.. Wire.Numbered(90, "session"), 0, 0, 0, 1, 0, 0x20, 0, 0, 0, 0, 0x80, 0],
        [94, 0, 0, 0, 1, 0, 0, 0, 4, 1, 2, 3, 4],
        [95, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2],
        [98, 0, 0, 0, 1, .. Wire.Numbered(0, "exec").AsSpan(1), 1, 0, 0, 0, 2, (byte)'l', (byte)'s'],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;

        foreach (MessageTable.Entry entry in MessageTable.Entries)
        {
            if (entry.Number != input[0])
                continue;

            try
            {
                // What was read may have been written less strictly, such as a boolean of 7; what we write is read as the same.
                byte[] written = entry.Rewrite(input);
                if (!entry.Rewrite(written).AsSpan().SequenceEqual(written))
                    throw new InvalidOperationException($"{entry.Name} is not read as it was written.");
            }
            catch (SshProtocolException)
            {
                // Refused.
            }
        }
    }
}
