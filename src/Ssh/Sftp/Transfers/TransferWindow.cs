using Teleport.Ssh.Sftp.Pipelining;

namespace Teleport.Ssh.Sftp.Transfers;

/// <summary>How many requests of a transfer are in flight: enough for a long link, within a bound on memory.</summary>
internal static class TransferWindow
{
    private const int Bytes = 8 * 1024 * 1024;
    private const int MinCount = 16;

    public static int Count(int requestLength) => Math.Clamp(Bytes / requestLength, MinCount, SftpPipeline.MaxInFlight / 2);
}
