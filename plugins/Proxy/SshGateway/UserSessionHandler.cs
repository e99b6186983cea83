using System.Text;
using System.Text.Json;
using Teleport.Abstractions.Errors;
using Teleport.Proxy.Routing;
using Teleport.Proxy.WebApi;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Proxy.SshGateway;

/// <summary>Serves a session channel of a user: the subsystems of the proxy, and a helpful word for those who expect a shell.</summary>
internal sealed class UserSessionHandler(UserConnectionHandler user, GatewayInformation information) : ISshChannelHandler
{
    private bool _started;

    public async ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
    {
        switch (name)
        {
            case "subsystem" when !_started:
                _started = true;
                return await StartAsync(channel, SshPayload.Parse<SubsystemRequest>(data.Span).Subsystem, ct);

            case "shell" or "exec" when !_started:
                _started = true;
                await channel.WriteErrorAsync(Encoding.UTF8.GetBytes(information.NoShell().ReplaceLineEndings("\r\n")), ct);
                return false;

            default:
                // Terminals, environment and forwarded agents are for the node, in the connection inside this one.
                return false;
        }
    }

    private async Task<bool> StartAsync(SshChannel channel, string subsystem, CancellationToken cancellationToken)
    {
        if (subsystem == "proxysites")
        {
            await WriteSitesAsync(channel, cancellationToken);
            return true;
        }

        if (!RouteRequest.TryParseSubsystem(subsystem, out RouteRequest? request))
        {
            await ExplainAsync(channel, "unknown subsystem: this proxy has proxy:HOST:PORT[@CLUSTER], proxy:@CLUSTER and proxysites", cancellationToken);
            return false;
        }

        try
        {
            user.StartRelay(channel, await user.OpenAsync(request, cancellationToken));
            return true;
        }
        catch (TeleportException e)
        {
            await ExplainAsync(channel, e.Message, cancellationToken);
            return false;
        }
    }

    private async Task WriteSitesAsync(SshChannel channel, CancellationToken cancellationToken)
    {
        SiteAnswer[] sites = [new SiteAnswer(information.ClusterName, information.Time.GetUtcNow(), "online")];
        await channel.Output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(sites, WebApiJson.Default.SiteAnswerArray), cancellationToken);
        await channel.SendRequestAsync(new ExitStatus(0), wantReply: false, cancellationToken);
        await channel.SendEofAsync();
        user.CloseLater(channel);
    }

    private static ValueTask ExplainAsync(SshChannel channel, string message, CancellationToken cancellationToken) =>
        channel.WriteErrorAsync(Encoding.UTF8.GetBytes($"{message.ReplaceLineEndings("\r\n")}\r\n"), cancellationToken);
}
