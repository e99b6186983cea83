using System.IO.Pipelines;
using System.Net.Sockets;
using Teleport.Node.Connections;
using Teleport.Ssh;

namespace Teleport.Node.Forwarding;

/// <summary>Moves bytes between a channel and a socket, counting them, until both directions have ended.</summary>
internal static class ChannelRelay
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Relays, and disposes both at the end. A connection that breaks ends the relaying and nothing else.</summary>
    public static async Task RunAsync(SshChannel channel, Socket socket, ActivityMeter activity)
    {
        try
        {
            Task toSocket = ToSocketAsync(channel, socket, activity);
            Task fromSocket = FromSocketAsync(channel, socket, activity);
            Task first = await Task.WhenAny(toSocket, fromSocket, channel.Completion);
            if (!first.IsCompletedSuccessfully || channel.Completion.IsCompleted)
            {
                // What is broken, or closed by the client, takes the other direction with it.
                socket.Dispose();
                channel.Input.CancelPendingRead();
            }

            await Task.WhenAll(toSocket, fromSocket);
        }
        catch (Exception e) when (e is SshException or SocketException or ObjectDisposedException)
        {
            // One side has gone; the other learns it by the close of its own.
        }
        finally
        {
            socket.Dispose();
            await channel.DisposeAsync();
        }
    }

    private static async Task ToSocketAsync(SshChannel channel, Socket socket, ActivityMeter activity)
    {
        while (true)
        {
            ReadResult result = await channel.Input.ReadAsync();
            activity.OnReceived(result.Buffer.Length);
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                for (ReadOnlyMemory<byte> rest = segment; !rest.IsEmpty;)
                {
                    rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
                }
            }

            channel.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                break;
            }
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task FromSocketAsync(SshChannel channel, Socket socket, ActivityMeter activity)
    {
        while (true)
        {
            // No buffer is held while nothing comes.
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
            int count = await socket.ReceiveAsync(channel.Output.GetMemory(BufferBytes), SocketFlags.None);
            if (count == 0)
            {
                break;
            }

            channel.Output.Advance(count);
            activity.OnSent(count);
            if ((await channel.Output.FlushAsync()).IsCompleted)
            {
                return;
            }
        }

        await channel.SendEofAsync();
    }
}
