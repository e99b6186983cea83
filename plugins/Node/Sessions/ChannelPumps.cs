using System.Buffers;
using System.IO.Pipelines;
using Teleport.Node.Connections;
using Teleport.Node.Processes;
using Teleport.Ssh;

namespace Teleport.Node.Sessions;

/// <summary>Moves bytes between a channel and a program. While nothing comes, no buffer is held.</summary>
internal static class ChannelPumps
{
    /// <summary>What a pipe holds; the connection cuts it into packets.</summary>
    public const int OutputBytes = 64 * 1024;

    /// <summary>Moves what the client sends to the program, until either has ended.</summary>
    /// <param name="channel">Where it comes from.</param>
    /// <param name="program">Where it goes.</param>
    /// <param name="closesAtEnd">Whether the program is to see the client's end: a pipe can end, a terminal cannot.</param>
    /// <param name="activity">Counts.</param>
    public static async Task ToProgramAsync(SshChannel channel, Descriptor program, bool closesAtEnd, ActivityMeter activity)
    {
        try
        {
            bool takes = true;
            while (true)
            {
                ReadResult result = await channel.Input.ReadAsync();
                activity.OnReceived(result.Buffer.Length);
                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                {
                    // A program that has closed its input does not hold up the client: the rest is dropped, as by OpenSSH.
                    takes = takes && await program.WriteAsync(segment);
                }

                channel.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (SshException)
        {
            // The connection is lost: the program's input ends, and whoever watches the channel does the rest.
        }

        if (closesAtEnd)
        {
            program.Dispose();
        }
    }

    /// <summary>Moves what the program prints to the client, until it ends.</summary>
    /// <exception cref="SshException">The connection is lost.</exception>
    public static async Task FromProgramAsync(Descriptor program, SshChannel channel, ActivityMeter activity)
    {
        while (true)
        {
            await program.WaitReadableAsync();
            Memory<byte> buffer = channel.Output.GetMemory(OutputBytes);
            int? count = program.TryRead(buffer.Span);
            if (count > 0)
            {
                channel.Output.Advance(count.Value);
                activity.OnSent(count.Value);
                // More may be there: an edge is told once.
                program.Wake();
            }

            if ((await channel.Output.FlushAsync()).IsCompleted || count == 0)
            {
                return;
            }
        }
    }

    /// <summary>Moves what the program prints of errors to the client, until it ends.</summary>
    /// <exception cref="SshException">The connection is lost.</exception>
    public static async Task ErrorsFromProgramAsync(Descriptor program, SshChannel channel, ActivityMeter activity)
    {
        while (true)
        {
            await program.WaitReadableAsync();
            byte[] buffer = ArrayPool<byte>.Shared.Rent(OutputBytes);
            try
            {
                int? count = program.TryRead(buffer);
                if (count == 0)
                {
                    return;
                }

                if (count > 0)
                {
                    await channel.WriteErrorAsync(buffer.AsMemory(0, count.Value));
                    activity.OnSent(count.Value);
                    program.Wake();
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
