using System.IO.Pipelines;
using System.Net.Sockets;

namespace Teleport.Ssh.Forwarding;

/// <summary>Relays bytes between a channel and a socket until both directions have ended; each end closes its own direction only.</summary>
public static class StreamRelay
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Relays, and disposes both at the end.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="socket">A connected stream socket.</param>
    /// <param name="ct">Cancels the relaying.</param>
    /// <exception cref="SshConnectionException">The connection of the channel was lost.</exception>
    /// <exception cref="SocketException">The socket's connection was lost.</exception>
    public static async Task RunAsync(SshChannel channel, Socket socket, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(socket);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            Task[] directions = [ToSocketAsync(channel, socket, stop.Token), FromSocketAsync(channel, socket, stop.Token)];
            Task first = await Task.WhenAny(directions);
            if (!first.IsCompletedSuccessfully)
                await stop.CancelAsync(); // a broken direction takes the other with it

            await Task.WhenAll(directions);
        }
        finally
        {
            await channel.DisposeAsync();
            socket.Dispose();
        }
    }

    private static async Task ToSocketAsync(SshChannel channel, Socket socket, CancellationToken ct)
    {
        while (true)
        {
            ReadResult result = await channel.Input.ReadAsync(ct);
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                await SendAsync(socket, segment, ct);

            channel.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                break;
        }

        Shutdown(socket);
    }

    private static async Task FromSocketAsync(SshChannel channel, Socket socket, CancellationToken ct)
    {
        while (true)
        {
            // No buffer is held while nothing comes.
            _ = await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, ct);
            int count = await socket.ReceiveAsync(channel.Output.GetMemory(BufferSize), SocketFlags.None, ct);
            if (count == 0)
                break;

            channel.Output.Advance(count);
            if ((await channel.Output.FlushAsync(ct)).IsCompleted)
                return;
        }

        await channel.SendEofAsync();
    }

    private static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        while (!data.IsEmpty)
            data = data[await socket.SendAsync(data, SocketFlags.None, ct)..];
    }

    private static void Shutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other side has gone already: its direction ends by itself.
        }
    }
}
