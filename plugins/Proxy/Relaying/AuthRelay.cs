using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Proxy.FrontDoor;
using Teleport.Proxy.Routing;

namespace Teleport.Proxy.Relaying;

/// <summary>Relays TLS connections for the auth service, as bytes: the client's certificate is proven to the auth server itself.</summary>
internal sealed partial class AuthRelay(
    string clusterName, NodeDialer dialer, TimeProvider time, ILogger<AuthRelay> logger, CancellationToken draining)
    : IConnectionServer
{
    // Calls that are under way may finish; clients keep such connections open for ever, and connect again by themselves.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    // TLS alerts (RFC 8446 section 6): fatal, no_application_protocol and internal_error.
    private static readonly byte[] NoSuchProtocol = [21, 3, 3, 0, 2, 2, 120];
    private static readonly byte[] InternalError = [21, 3, 3, 0, 2, 2, 80];

    public async Task ServeAsync(FrontDoorConnection connection, CancellationToken abort)
    {
        if (ClientHello.TryRead(connection.Prefix, out ClientHello? hello) != ParseStatus.Complete
            || !hello!.ApplicationProtocols.Any(IsOurs))
        {
            await connection.Socket.SendAsync(NoSuchProtocol, SocketFlags.None, abort);
            return;
        }

        RelayTarget target;
        try
        {
            target = await dialer.DialAuthAsync(abort);
        }
        catch (TeleportException e)
        {
            LogUnreachable(connection.Client, e.Message);
            await connection.Socket.SendAsync(InternalError, SocketFlags.None, abort);
            return;
        }

        connection.Ticket.Promote(AdmissionStage.Anonymous);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(abort);
        await using CancellationTokenRegistration registration = draining.Register(() => stop.CancelAfter(DrainTime));
        await using (target)
        {
            await using Stream client = connection.OpenStream();
            await new Relay(RelayLimits.None, time).RunAsync(
                client,
                () =>
                {
                    connection.Socket.Shutdown(SocketShutdown.Send);
                    return ValueTask.CompletedTask;
                },
                target,
                stop.Token);
        }
    }

    // A host that is about to join does not know the cluster's name yet.
    private bool IsOurs(string protocol) => protocol == AuthProtocol.AlpnPrefix || protocol == AuthProtocol.AlpnName(clusterName);

    [LoggerMessage(3050, LogLevel.Warning, "Cannot connect {Client} to the auth service: {Reason}.")]
    private partial void LogUnreachable(IPEndPoint client, string reason);
}
