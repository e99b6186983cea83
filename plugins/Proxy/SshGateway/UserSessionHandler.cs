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
                return await RefuseAsync(channel, information.NoShell(), ct);

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
            return await RefuseAsync(channel, "unknown subsystem: this proxy has proxy:HOST:PORT[@CLUSTER], proxy:@CLUSTER and proxysites", cancellationToken);
        }

        try
        {
            user.StartRelay(channel, await user.OpenAsync(request, cancellationToken));
            return true;
        }
        catch (TeleportException e)
        {
            return await RefuseAsync(channel, e.Message, cancellationToken);
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

    /// <summary>Tells the user why not.</summary>
    /// <returns>The answer to the request.</returns>
    private async Task<bool> RefuseAsync(SshChannel channel, string message, CancellationToken cancellationToken)
    {
        await channel.WriteErrorAsync(Encoding.UTF8.GetBytes($"{message.TrimEnd().ReplaceLineEndings("\r\n")}\r\n"), cancellationToken);
        // OpenSSH drops the text when the request itself fails: there the request succeeds, and what it started fails.
        if (!channel.Connection.RemoteVersion.StartsWith("SSH-2.0-OpenSSH", StringComparison.Ordinal))
        {
            return false;
        }

        await channel.SendRequestAsync(new ExitStatus(1), wantReply: false, cancellationToken);
        await channel.SendEofAsync();
        user.CloseLater(channel);
        return true;
    }
}
