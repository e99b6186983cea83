using System.Text;
using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Tests;

/// <summary>A server's sessions that know a few commands of their own: <c>cat</c>, <c>exit N</c>, <c>fail</c>, <c>zeros N</c>.</summary>
internal sealed class CommandHandler : ISshConnectionHandler, ISshChannelHandler
{
    public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        if (open.Type == "session")
            open.Accept(this);

        return ValueTask.CompletedTask;
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(SshGlobalReply.Failure);

    public ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
    {
        if (name == "env" || name == "pty-req")
            return ValueTask.FromResult(true);
        if (name != "exec")
            return ValueTask.FromResult(false);

        _ = RunAsync(channel, SshPayload.Parse<ExecRequest>(data).Command, ct);
        return ValueTask.FromResult(true);
    }

    private static async Task RunAsync(SshChannel channel, string command, CancellationToken ct)
    {
        try
        {
            string[] words = command.Split(' ');
            uint status = 0;
            switch (words[0])
            {
                case "cat":
                    await channel.Input.CopyToAsync(channel.Output, ct);
                    break;
                case "exit":
                    status = uint.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case "zeros":
                    byte[] block = new byte[1 << 20];
                    for (int count = int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture); count > 0; count--)
                        await channel.Output.WriteAsync(block, ct);
                    break;
                default:
                    await channel.WriteErrorAsync(Encoding.UTF8.GetBytes($"unknown command {words[0]}\n"), ct);
                    status = 127;
                    break;
            }

            await channel.SendEofAsync();
            await channel.SendRequestAsync(new ExitStatus(status), wantReply: false, ct);
            await channel.CloseAsync();
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException)
        {
            // The test ended the connection.
        }
    }
}
