using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Commands;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Ssh;
using Teleport.Ssh.Forwarding;

namespace Teleport.Tsh;

/// <summary>Runs a session on a host, with the ports that are forwarded meanwhile, and gives the exit status.</summary>
internal sealed class SessionRunner(ActiveLogin login, SessionRequest request)
{
    /// <summary>Exit status where the connection failed or the user cut it, as of OpenSSH.</summary>
    public const int TransportFailed = 255;

    /// <summary>Runs to the end.</summary>
    /// <exception cref="CommandFailedException">It could not be reached, or the connection was lost; the message says why.</exception>
    public async Task<int> RunAsync(NodeTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await RunSessionAsync(target, cancellationToken);
        }
        catch (TeleportException e)
        {
            throw new CommandFailedException(e, TransportFailed);
        }
        catch (SshException e)
        {
            throw new CommandFailedException(TeleportException.Unavailable(e.Message, e), TransportFailed);
        }
    }

    /// <summary>Runs a command on this machine.</summary>
    public static async Task<int> RunHereAsync(string command, CancellationToken cancellationToken)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { UseShellExecute = false })!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    private async Task<int> RunSessionAsync(NodeTarget target, CancellationToken cancellationToken)
    {
        var remote = new RemoteForwarder(static async (host, port, ct) => ((NetworkStream)await TcpDialer.ConnectAsync(new NetworkAddress(host, (int)port), ct)).Socket);
        await using var handler = new ClientConnectionHandler(remote, request.ForwardAgent ? login : null);
        await using NodeConnection connection = await login.Nodes(request.TrustAnyHost).ConnectAsync(target, request.Login, handler, cancellationToken);
        if (connection.Banner.Length > 0 && !request.Quiet)
        {
            await Console.Error.WriteLineAsync(connection.Banner);
        }

        List<IAsyncDisposable> forwards = [];
        try
        {
            await ForwardAsync(connection.Node, remote, forwards, cancellationToken);
            if (request is { RunsHere: true, Command: { } command })
            {
                return await RunHereAsync(command, cancellationToken);
            }

            return request.RunsNothing ? await HoldAsync(connection, cancellationToken) : await new RemoteRun(connection, request, target.Host).RunAsync(cancellationToken);
        }
        finally
        {
            foreach (IAsyncDisposable forward in forwards)
            {
                await forward.DisposeAsync();
            }
        }
    }

    private async Task ForwardAsync(SshConnection node, RemoteForwarder remote, List<IAsyncDisposable> forwards, CancellationToken cancellationToken)
    {
        try
        {
            foreach (PortForward forward in request.LocalForwards)
            {
                forwards.Add(LocalForwarder.Start(node, forward.LocalEndPoint, forward.Host, forward.HostPort));
            }

            foreach (IPEndPoint listen in request.DynamicForwards)
            {
                forwards.Add(DynamicForwarder.Start(node, listen));
            }
        }
        catch (SocketException e)
        {
            throw TeleportException.Unavailable($"Cannot listen for a forwarded port: {e.Message}. Choose another port, or end what uses it.", e);
        }

        foreach (PortForward forward in request.RemoteForwards)
        {
            try
            {
                uint port = await remote.StartAsync(node, forward.Bind ?? "localhost", (uint)forward.Port, forward.Host, (uint)forward.HostPort, cancellationToken);
                if (forward.Port == 0)
                {
                    await Console.Error.WriteLineAsync($"Allocated port {port} for remote forward to {Names.Printable(forward.Host)}:{forward.HostPort}");
                }
            }
            catch (SshException e)
            {
                throw new TeleportException(ErrorCode.AccessDenied, $"{e.Message} The port may be taken, or your roles may not allow to forward ports.", e);
            }
        }
    }

    private static async Task<int> HoldAsync(NodeConnection connection, CancellationToken cancellationToken)
    {
        await connection.Node.Completion.WaitAsync(cancellationToken);
        throw TeleportException.Unavailable($"the connection was closed on the remote side: {connection.EndReason}");
    }
}
