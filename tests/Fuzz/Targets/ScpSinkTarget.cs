using Teleport.Ssh;
using Teleport.Ssh.Scp;

namespace Teleport.Fuzz.Targets;

/// <summary>What a client of the old scp protocol sends: nothing of it may land outside of the target.</summary>
internal sealed class ScpSinkTarget : IFuzzTarget
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public string Name => "scp-sink";

    public int ShortRun => 500;

    public IEnumerable<byte[]> Seeds =>
    [
        [.. "C0644 3 name\nabc\0"u8],
        [.. "D0755 0 folder\nT1 0 1 0\nC4755 1 ../x\nx\0E\n"u8],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        string root = Directory.CreateTempSubdirectory("fuzz-scp-").FullName;
        try
        {
            string target = Directory.CreateDirectory(Path.Combine(root, "target")).FullName;
            if (!ReceiveAsync(input.ToArray(), target).Wait(Limit))
                throw new TimeoutException("The sink still waits for a client that has left.");
            if (Directory.GetFileSystemEntries(root).Length != 1)
                throw new InvalidOperationException("Something was written outside of the target.");
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task ReceiveAsync(byte[] input, string target)
    {
        try
        {
            await ScpSink.ReceiveAsync(new SpokenStream(input), target, new ScpOptions { Recursive = true });
        }
        catch (Exception exception) when (exception is SshException or IOException or UnauthorizedAccessException)
        {
            // Refused, by us or by the file system.
        }
    }
}
