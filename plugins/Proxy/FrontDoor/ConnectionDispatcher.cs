using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Teleport.Api;
using Teleport.Proxy.Configuration;

namespace Teleport.Proxy.FrontDoor;

/// <summary>Finds out what a connection speaks and hands it to whoever serves that. The boundary at which failures of connections are reported.</summary>
internal sealed partial class ConnectionDispatcher(
    ConnectionSniffer sniffer, IConnectionServer ssh, IConnectionServer authRelay, TlsTerminator tls, PlainHttpAnswer plainHttp, ILogger<ConnectionDispatcher> logger)
{
    /// <summary>How long a client may take to say what it speaks.</summary>
    public static readonly TimeSpan SniffTimeout = TimeSpan.FromSeconds(10);

    private const ListenerServices SshOnly = ListenerServices.Ssh | ListenerServices.Tunnels;

    /// <summary>Serves a connection to its end. Never fails.</summary>
    /// <param name="connection">The connection; stays the caller's.</param>
    /// <param name="abort">Drop it.</param>
    public async Task DispatchAsync(FrontDoorConnection connection, CancellationToken abort)
    {
        try
        {
            // On a port that serves nothing but SSH the server speaks first, as some clients expect, and a moment is saved.
            if ((connection.Services & ~SshOnly) == 0 && !sniffer.Trusts(connection.Client.Address))
            {
                await ssh.ServeAsync(connection, abort);
                return;
            }

            SniffResult result = await SniffAsync(connection, abort);
            if (result.Refusal is { } refusal)
            {
                LogRefused(connection.Client, refusal);
                return;
            }

            await ServeAsync(connection, result, abort);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException)
        {
            // It hung up, was too slow, made room for others, or could not agree on TLS.
            LogEnded(connection.Client, e.Message);
        }
        catch (Exception e)
        {
            LogFailed(e, connection.Client);
        }
    }

    private async Task<SniffResult> SniffAsync(FrontDoorConnection connection, CancellationToken abort)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(abort);
        timeout.CancelAfter(SniffTimeout);
        try
        {
            return await sniffer.SniffAsync(connection, timeout.Token);
        }
        catch (OperationCanceledException) when (!abort.IsCancellationRequested)
        {
            return new SniffResult(FirstBytesKind.Unknown, Refusal: $"it was silent for {SniffTimeout.TotalSeconds:0} s");
        }
    }

    private async Task ServeAsync(FrontDoorConnection connection, SniffResult result, CancellationToken abort)
    {
        bool web = connection.Services.HasFlag(ListenerServices.Web);
        switch (result.Kind)
        {
            case FirstBytesKind.Ssh:
                await ssh.ServeAsync(connection, abort);
                break;

            case FirstBytesKind.Tls when web && result.Hello!.ApplicationProtocols.Any(static p => p.StartsWith(AuthProtocol.AlpnPrefix, StringComparison.Ordinal)):
                await authRelay.ServeAsync(connection, abort);
                break;

            case FirstBytesKind.Tls when web:
                await tls.ServeAsync(connection, result.Hello!, abort);
                break;

            case FirstBytesKind.PlainHttp when web:
                await plainHttp.ServeAsync(connection, abort);
                break;

            default:
                // An SSH port: its version line tells whoever came here by mistake what this is.
                if (!web)
                {
                    await connection.Socket.SendAsync("SSH-2.0-Teleport\r\n"u8.ToArray(), SocketFlags.None, abort);
                }

                LogRefused(connection.Client, "it speaks nothing that is served on this port");
                break;
        }
    }

    [LoggerMessage(3002, LogLevel.Debug, "Closed the connection of {Client}: {Reason}.")]
    private partial void LogRefused(IPEndPoint client, string reason);

    [LoggerMessage(3003, LogLevel.Debug, "The connection of {Client} ended: {Reason}")]
    private partial void LogEnded(IPEndPoint client, string reason);

    [LoggerMessage(3004, LogLevel.Error, "The connection of {Client} failed. Please report this.")]
    private partial void LogFailed(Exception exception, IPEndPoint client);
}
