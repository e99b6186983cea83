using Teleport.Ssh;

namespace Teleport.Tsh;

/// <summary>Copies between channels and the streams of this process.</summary>
internal static class StandardStreams
{
    private const int BufferBytes = 32 * 1024;

    /// <summary>Sends what a stream has until its end, which ends the channel's input too; quietly stops when the channel has ended.</summary>
    public static async Task SendAsync(Stream input, SshChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            while (await input.ReadAsync(channel.Output.GetMemory(BufferBytes), cancellationToken) is > 0 and var count)
            {
                channel.Output.Advance(count);
                if ((await channel.Output.FlushAsync(cancellationToken)).IsCompleted)
                {
                    return;
                }
            }

            await channel.SendEofAsync();
        }
        catch (Exception e) when (e is SshException or OperationCanceledException or InvalidOperationException)
        {
            // The other side ended first.
        }
    }
}
