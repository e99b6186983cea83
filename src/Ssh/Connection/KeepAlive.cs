using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>Asks a silent peer whether it still lives, and gives up on it when it does not answer.</summary>
internal static class KeepAlive
{
    public const string RequestName = "keepalive@openssh.com";

    /// <summary>Runs until the connection ends.</summary>
    public static async Task RunAsync(SshTransport transport, GlobalRequests requests)
    {
        SshTransportOptions options = transport.Options;
        if (options.KeepAliveInterval <= TimeSpan.Zero)
            return;

        using PeriodicTimer timer = new(options.KeepAliveInterval, options.TimeProvider);
        long seen = transport.Reader.PacketCount;
        int unanswered = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(transport.Aborted))
            {
                unanswered = transport.Reader.PacketCount == seen ? unanswered : 0;
                seen = transport.Reader.PacketCount;
                if (unanswered++ >= options.KeepAliveCountMax)
                {
                    transport.Abort(SshDisconnectReason.ConnectionLost,
                        $"The peer did not answer {options.KeepAliveCountMax} times within {options.KeepAliveInterval.TotalSeconds:0} s each.");
                    return;
                }

                _ = requests.SendAsync(RequestName, payload: default, wantReply: true);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended.
        }
    }
}
