using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Client.Terminals;
using Teleport.Ssh;
using Teleport.Ssh.Forwarding;
using Teleport.Ssh.Sessions;

namespace Teleport.Tsh;

/// <summary>Runs a session on a host: connects streams, terminal and forwarded ports, and gives the remote exit status.</summary>
internal sealed class SessionRunner(Profile profile, ClientIdentity identity, SessionRequest request)
{
    private const int TransportFailed = 255;

    public async Task<int> RunAsync(NodeTarget target, CancellationToken cancellationToken)
    {
        var remote = new RemoteForwarder(static async (host, port, ct) =>
            ((NetworkStream)await TcpDialer.ConnectAsync(new NetworkAddress(host, (int)port), ct)).Socket);
        var handler = new ClientConnectionHandler(remote, request.ForwardAgent);
        NodeConnection connection;
        try
        {
            connection = await new NodeConnector(profile, identity, TimeProvider.System).ConnectAsync(target, request.Login, handler, cancellationToken);
        }
        catch (Exception e) when (e is TeleportException or SshException)
        {
            await Console.Error.WriteLineAsync($"error: {Names.Printable(e.Message)}");
            return TransportFailed;
        }

        await using (connection)
        {
            List<IAsyncDisposable> forwards = await ForwardAsync(connection.Node, remote, cancellationToken);
            try
            {
                return request.RunsNothing ? await HoldAsync(connection, cancellationToken) : await RunSessionAsync(connection, target, cancellationToken);
            }
            finally
            {
                foreach (IAsyncDisposable forward in forwards)
                {
                    await forward.DisposeAsync();
                }
            }
        }
    }

    private async Task<List<IAsyncDisposable>> ForwardAsync(SshConnection node, RemoteForwarder remote, CancellationToken cancellationToken)
    {
        var forwards = new List<IAsyncDisposable>();
        try
        {
            forwards.AddRange(request.LocalForwards.Select(f => LocalForwarder.Start(node, f.ListenEndPoint, f.Host, f.HostPort)));
            forwards.AddRange(request.DynamicForwards.Select(f => DynamicForwarder.Start(node, f.ListenEndPoint)));
        }
        catch (SocketException e)
        {
            throw TeleportException.Unavailable($"Cannot listen for a forwarded port: {e.Message}. Is the port taken?", e);
        }

        foreach (PortForward forward in request.RemoteForwards)
        {
            await remote.StartAsync(node, forward.Bind.Length == 0 ? "localhost" : forward.Bind, (uint)forward.Port, forward.Host, (uint)forward.HostPort, cancellationToken);
        }

        return forwards;
    }

    private static async Task<int> HoldAsync(NodeConnection connection, CancellationToken cancellationToken)
    {
        await connection.Node.Completion.WaitAsync(cancellationToken);
        await Console.Error.WriteLineAsync(Ended(connection));
        return TransportFailed;
    }

    private async Task<int> RunSessionAsync(NodeConnection connection, NodeTarget target, CancellationToken cancellationToken)
    {
        await using SshSession session = await SshSession.OpenAsync(connection.Node, null, cancellationToken);
        if (request.ForwardAgent && !await session.RequestAgentForwardingAsync(cancellationToken))
        {
            await Console.Error.WriteLineAsync("warning: the host does not allow the key agent to be forwarded; your roles need the option forward_agent.");
        }

        if (Environment.GetEnvironmentVariable("LANG") is { Length: > 0 } language)
        {
            await session.SetEnvAsync("LANG", language, cancellationToken);
        }

        using IDisposable? raw = request.Terminal ? await EnterTerminalAsync(session, cancellationToken) : null;
        await (request.Command is { } command ? session.ExecAsync(command, cancellationToken) : session.ShellAsync(cancellationToken));
        using PosixSignalRegistration? resized = request.Terminal ? OnResize(session) : null;

        // Whatever is still typed when the session ends is abandoned with the program.
        using var input = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var escapes = new EscapeSequences(static text => StandardStreams.Error.Write(Encoding.UTF8.GetBytes(text)));
        bool disconnected = false;
        Task typed = TypeAsync(session, request.Terminal ? bytes => disconnected = escapes.Watch(bytes) : null, input.Token);
        Task output = Task.WhenAll(
            session.Stdout.CopyToAsync(StandardStreams.Output, cancellationToken),
            session.Stderr.CopyToAsync(StandardStreams.Error, cancellationToken));
        _ = typed.ContinueWith(
            _ => disconnected ? session.DisposeAsync().AsTask() : Task.CompletedTask, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        SshExitStatus? status = null;
        try
        {
            await output;
            status = await session.WaitForExitAsync(cancellationToken);
        }
        catch (Exception e) when (e is SshException or IOException)
        {
            // The connection was lost: reported below, with the reason if the host gave one.
        }

        await input.CancelAsync();
        raw?.Dispose();
        return await ReportAsync(connection, status, target);
    }

    private async Task<int> ReportAsync(NodeConnection connection, SshExitStatus? status, NodeTarget target)
    {
        if (status is not { } known || (known.Code is null && known.Signal is null))
        {
            await Console.Error.WriteLineAsync(Ended(connection));
            return TransportFailed;
        }

        if (request.Command is null && request.Terminal)
        {
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"the connection was closed on the remote side on {TimeProvider.System.GetUtcNow():dd MMM yy HH:mm} UTC: the shell on {Names.Printable(target.Host)} ended"));
        }
        else if (known.ShellCode != 0)
        {
            await Console.Error.WriteLineAsync(known.Signal is { } signal
                ? $"error: Process was ended by signal {Names.Printable(signal.ToString())}"
                : $"error: Process exited with status {known.ShellCode}");
        }

        return known.ShellCode;
    }

    private static string Ended(NodeConnection connection) =>
        $"error: the connection was closed on the remote side: {Names.Printable(connection.EndReason ?? "the host gave no reason; it may have gone down, or the network in between")}";

    private static async Task<IDisposable> EnterTerminalAsync(SshSession session, CancellationToken cancellationToken)
    {
        (int columns, int rows) = LocalTerminal.Size();
        string term = Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } name ? name : "xterm";
        await session.RequestPtyAsync(term, (uint)columns, (uint)rows, default, cancellationToken);
        return LocalTerminal.EnterRawMode();
    }

    private static PosixSignalRegistration OnResize(SshSession session) => PosixSignalRegistration.Create(PosixSignal.SIGWINCH, context =>
    {
        (int columns, int rows) = LocalTerminal.Size();
        context.Cancel = true;
        // Not awaited: a signal has nobody to wait, and a lost size does no harm.
        _ = session.ResizeAsync((uint)columns, (uint)rows).ContinueWith(static task => task.Exception, TaskScheduler.Default);
    });

    private static async Task TypeAsync(SshSession session, Func<ReadOnlyMemory<byte>, bool>? watch, CancellationToken cancellationToken)
    {
        try
        {
            await StandardStreams.Input.CopyToAsync(session.Stdin, watch, cancellationToken);
        }
        catch (Exception e) when (e is SshException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The session ended while something was typed.
        }
    }
}
