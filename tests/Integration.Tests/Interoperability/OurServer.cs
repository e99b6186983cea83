using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Teleport.Ssh;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Scp;
using Teleport.Ssh.Sftp;

[assembly: SupportedOSPlatform("linux")]

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>Our server for one choice: <c>cat</c> sends back what comes and ends with status 7, and files of a folder are served.</summary>
internal sealed class OurServer : IAsyncDisposable, ISshServerAuthenticator, ISshConnectionHandler, ISshChannelHandler
{
    public const int ExitStatus = 7;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly SshServerOptions _options;
    private readonly List<Task> _tasks = [];
    private readonly Task _accepting;

    public OurServer(Choice choice, long? rekeyBytes = null)
    {
        Choice = choice;
        Folder = Directory.CreateTempSubdirectory("interop-").FullName;
        SshPrivateKey hostKey = Keys.HostKey(choice.HostKeyAlgorithm);
        SshTransportOptions transport = new() { Algorithms = choice.Lists };
        _options = new SshServerOptions
        {
            Transport = rekeyBytes is { } bytes ? transport with { RekeyBytes = bytes } : transport,
            HostKeys = [Keys.Credential(hostKey, choice.HostKeyAlgorithm, SshCertificateKind.Host, Keys.HostAddress)],
            Authenticator = this,
            // Noted before anything is served: a client may have come and gone by the time that accepting it returns.
            HandlerFactory = connection =>
            {
                Negotiated = connection.NegotiatedAlgorithms;
                return this;
            },
        };
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public Choice Choice { get; }

    /// <summary>Where its files are, and those that clients need.</summary>
    public string Folder { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public SshPublicKey HostKey => Keys.HostKey(Choice.HostKeyAlgorithm).PublicKey;

    /// <summary>What a client without anything in common has offered.</summary>
    public SshAlgorithmNegotiationException? NothingInCommon { get; private set; }

    public Exception? Failure { get; private set; }

    public SshNegotiatedAlgorithms? Negotiated { get; private set; }

    public SshAuthenticationAttempt? Login { get; private set; }

    public IReadOnlyList<string> Methods => ["publickey"];

    public ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct)
    {
        bool isKnown = attempt.Certificate is { } certificate
            ? certificate.SignatureKey.Equals(Keys.Authority.PublicKey) && certificate.Principals.Contains(attempt.UserName)
            : Keys.AllOfUser.Any(key => key.PublicKey.Equals(attempt.PublicKey));
        if (isKnown && attempt.Kind == SshAuthenticationKind.Proof)
            Login = attempt;
        return ValueTask.FromResult(isKnown ? SshAuthenticationResult.Accept(this) : SshAuthenticationResult.Reject());
    }

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
        Task? task = name switch
        {
            "exec" => ExecAsync(channel, SshPayload.Parse<ExecRequest>(data).Command, ct),
            "subsystem" when SshPayload.Parse<SubsystemRequest>(data).Subsystem == "sftp" => ServeAsync(
                channel, () => SftpServer.ServeAsync(channel, new LocalFileSystem(Folder, TimeProvider.System), null, ct), ct),
            _ => null,
        };
        if (task is null)
            return ValueTask.FromResult(false);

        lock (_tasks)
            _tasks.Add(task);
        return ValueTask.FromResult(true);
    }

    public string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] tasks;
        lock (_tasks)
            tasks = [.. _tasks];
        await Task.WhenAll(tasks);
        _stop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private Task ExecAsync(SshChannel channel, string command, CancellationToken ct) => ServeAsync(channel, async () =>
    {
        if (ScpCommand.TryParse(command, out ScpCommand? scp))
        {
            IReadOnlyList<string> paths = scp.Resolve(Folder);
            _ = scp.IsSink
                ? await ScpSink.ReceiveAsync(channel.AsStream(), paths[0], scp.Options, ct)
                : await ScpSource.SendAsync(channel.AsStream(), paths, scp.Options, ct);
            return;
        }

        await channel.Input.CopyToAsync(channel.Output, ct);
    }, ct, command == "cat" ? ExitStatus : 0);

    private static async Task ServeAsync(SshChannel channel, Func<Task> serve, CancellationToken ct, int status = 0)
    {
        try
        {
            await serve();
            // In this order: PuTTY closes the channel at our EOF, and what comes behind is too late.
            await channel.SendRequestAsync(new ExitStatus((uint)status), wantReply: false, ct);
            await channel.SendEofAsync();
            await channel.CloseAsync();
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException or IOException)
        {
            // The client has left; its test sees what it got.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Task task = ServeConnectionAsync(await _listener.AcceptAsync(_stop.Token));
                lock (_tasks)
                    _tasks.Add(task);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeConnectionAsync(Socket socket)
    {
        try
        {
            await using SshConnection connection = await SshConnection.AcceptAsync(socket, _options, _stop.Token);
            await connection.Completion.WaitAsync(_stop.Token);
            Failure = connection.CloseReason?.Error as SshProtocolException;
        }
        catch (SshAlgorithmNegotiationException exception)
        {
            NothingInCommon = exception;
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException)
        {
            Failure ??= exception;
        }
    }
}
