using Teleport.Ssh;
using Teleport.Ssh.Sftp;

namespace Teleport.Fuzz.Targets;

/// <summary>Answers of an SFTP server, from its version on.</summary>
internal sealed class SftpClientTarget : IFuzzTarget
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly byte[] Version = [0, 0, 0, 5, 2, 0, 0, 0, 3];

    public string Name => "sftp-client";

    public int ShortRun => 2000;

    public IEnumerable<byte[]> Seeds =>
    [
        [.. Version, .. Wire.Frames([102, 0, 0, 0, 1, 0, 0, 0, 1, 7], [104, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, (byte)'a', 0, 0, 0, 0, 0, 0, 0, 0], [101, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], [101, 0, 0, 0, 4, 0, 0, 0, 0])],
        [.. Version, .. Wire.Frames([102, 0, 0, 0, 1, 0, 0, 0, 1, 7], [101, 0, 0, 0, 2, 0, 0, 0, 1], [101, 0, 0, 0, 3, 0, 0, 0, 0], [105, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0x41, 0xff], [104, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 1, (byte)'/', 0, 0, 0, 0, 0, 0, 0, 0])],
        [0, 0, 0, 28, 2, 0, 0, 0, 3, .. Wire.Numbered(0, "limits@openssh", "1").AsSpan(1), .. Wire.Frames([201, 0, 0, 0, 1, .. new byte[32]])],
        "Welcome!\n"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!RunAsync(input.ToArray()).Wait(Limit))
            throw new TimeoutException("The client still waits for a server that has left.");
    }

    private static async Task RunAsync(byte[] input)
    {
        try
        {
            await using SftpClient client = await SftpClient.StartAsync(new SpokenStream(input));
            await foreach (SftpEntry entry in client.ListAsync("."))
                _ = entry.Name;

            _ = await client.GetAttributesAsync("f");
            _ = await client.GetRealPathAsync(".");
        }
        catch (Exception exception) when (exception is SshException or EndOfStreamException)
        {
            // Refused, or the server has left within a packet.
        }
    }
}
