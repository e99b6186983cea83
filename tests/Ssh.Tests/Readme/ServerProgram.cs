using System.Net.Sockets;
using System.Text;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Tests.Readme;

// <readme>
/// <summary>Lets the holder of one key in, answers <c>exec</c>, and serves a folder by <c>sftp</c>.</summary>
public sealed class SmallServer(SshPrivateKey hostKey, SshPublicKey userKey, string folder)
    : ISshServerAuthenticator, ISshConnectionHandler, ISshChannelHandler
{
    public IReadOnlyList<string> Methods => ["publickey"];

    public async Task ServeAsync(Socket connected, CancellationToken stop)
    {
        await using SshConnection connection = await SshConnection.AcceptAsync(connected, new SshServerOptions
        {
            HostKeys = [SshCredential.FromKey(hostKey)],
            Authenticator = this,
            Handler = this,
        }, stop);
        await connection.Completion.WaitAsync(stop);
    }

    public ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(
        userKey.Equals(attempt.PublicKey) && attempt.Certificate is null ? SshAuthenticationResult.Accept(attempt.UserName) : SshAuthenticationResult.Reject());

    public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        if (open.Type == "session")
            open.Accept(this); // whatever is not accepted is refused
        return ValueTask.CompletedTask;
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(SshGlobalReply.Failure);

    public ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
    {
        Func<Task>? work = name switch
        {
            "exec" => () => AnswerAsync(channel, SshPayload.Parse<ExecRequest>(data).Command, ct),
            "subsystem" when SshPayload.Parse<SubsystemRequest>(data).Subsystem == "sftp" =>
                () => SftpServer.ServeAsync(channel, new LocalFileSystem(folder, TimeProvider.System), cancellationToken: ct),
            _ => null,
        };
        if (work is not null)
            _ = RunAsync(channel, work, ct); // what lasts goes on beside; its failures end its channel
        return ValueTask.FromResult(work is not null);
    }

    private static async Task AnswerAsync(SshChannel channel, string command, CancellationToken ct) =>
        await channel.Output.WriteAsync(Encoding.UTF8.GetBytes($"you said: {command}\n"), ct);

    private static async Task RunAsync(SshChannel channel, Func<Task> work, CancellationToken ct)
    {
        await using (channel)
        {
            try
            {
                await work();
                await channel.SendRequestAsync(new ExitStatus(0), wantReply: false, ct);
                await channel.SendEofAsync(); // behind the status: some clients close the channel now
            }
            catch (Exception exception) when (exception is SshException or OperationCanceledException)
            {
                // The client has left.
            }
        }
    }
}
// </readme>
