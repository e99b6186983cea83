using System.Net;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Proxy.FrontDoor;
using Teleport.Proxy.Routing;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Proxy.SshGateway;

/// <summary>Serves what a user asks of their connection to the proxy: channels to nodes, and a few questions.</summary>
internal sealed class UserConnectionHandler(Caller caller, string login, IPEndPoint client, RouteConnector connector, GatewayInformation information)
    : ISshConnectionHandler
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(50);

    private readonly TaskCounter _relays = new();

    /// <summary>Ends when nothing is relayed.</summary>
    public Task WhenIdleAsync() => _relays.WhenZeroAsync();

    public async ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        switch (open.Type)
        {
            case "session":
                open.Accept(new UserSessionHandler(this, information));
                break;

            case "direct-tcpip":
                await OpenDirectAsync(open, ct);
                break;

            default:
                open.Reject(ChannelOpenFailure.UnknownChannelType, $"this is a proxy: it has no channels of the type {Printable(open.Type)}");
                break;
        }
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(CommonGlobalRequests.Answer(name, information.Version));

    /// <summary>Connects to where a request leads.</summary>
    /// <exception cref="TeleportException">The message is for the user.</exception>
    public Task<OpenedRoute> OpenAsync(RouteRequest request, CancellationToken cancellationToken) =>
        connector.OpenAsync(caller, login, client, request, cancellationToken);

    /// <summary>Relays from now on, in the background.</summary>
    public void StartRelay(SshChannel channel, OpenedRoute route) => _relays.Add(connector.RelayAsync(channel, route, channel.Connection.Closed));

    /// <summary>Closes a channel when the client has had the answer to its request and is done, or soon.</summary>
    public void CloseLater(SshChannel channel) => _relays.Add(CloseLaterAsync(channel));

    private async Task CloseLaterAsync(SshChannel channel)
    {
        try
        {
            // The answer is sent when the handler has returned, and must not come behind the end of the channel.
            await Task.Delay(AnswerTime, information.Time, channel.Connection.Closed);
        }
        catch (OperationCanceledException)
        {
            // The connection ended, and the channel with it.
        }

        await channel.DisposeAsync();
    }

    private async Task OpenDirectAsync(SshChannelOpen open, CancellationToken cancellationToken)
    {
        DirectTcpip target = open.Parse<DirectTcpip>();
        if (!RouteRequest.TryCreate(target.Host, target.Port, out RouteRequest? request))
        {
            open.Reject(ChannelOpenFailure.ConnectFailed, $"\"{Printable(target.Host)}\" is no name or address of a node");
            return;
        }

        OpenedRoute route;
        try
        {
            route = await OpenAsync(request, cancellationToken);
        }
        catch (TeleportException e)
        {
            // One line: clients show it inside a sentence of their own.
            open.Reject(
                e.Code == ErrorCode.Unavailable ? ChannelOpenFailure.ConnectFailed : ChannelOpenFailure.AdministrativelyProhibited,
                e.Message.ReplaceLineEndings("; "));
            return;
        }

        try
        {
            StartRelay(open.Accept(), route);
        }
        catch (SshException)
        {
            // The user hung up while the node was dialled.
            await route.DisposeAsync();
        }
    }

    private static string Printable(string text) => string.Concat(text.Take(100).Select(static c => char.IsAscii(c) && !char.IsControl(c) ? c : '?'));
}
