using System.IO.Pipelines;

namespace Teleport.Ssh.Tests;

/// <summary>Accepts channels of type <c>echo</c> and sends back what they carry, and EOF for EOF.</summary>
internal sealed class EchoHandler : ISshConnectionHandler, ISshChannelHandler
{
    public List<string> Requests { get; } = [];

    public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        if (open.Type == "echo")
            _ = EchoAsync(open.Accept(this), ct);

        return ValueTask.CompletedTask;
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(name == "echo" ? SshGlobalReply.Success(payload) : SshGlobalReply.Failure);

    public ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
    {
        lock (Requests)
            Requests.Add(name);

        return ValueTask.FromResult(name == "yes");
    }

    private static async Task EchoAsync(SshChannel channel, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                ReadResult result = await channel.Input.ReadAsync(ct);
                foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                    await channel.Output.WriteAsync(segment, ct);

                channel.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    break;
            }

            await channel.Output.CompleteAsync();
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException)
        {
            // The test ended the connection.
        }
    }
}
