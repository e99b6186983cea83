using System.Net;
using System.Net.Sockets;
using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Proxy.Relaying;
using Teleport.Proxy.Routing;
using Teleport.Ssh;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Messages;

namespace Teleport.Proxy.SshGateway;

/// <summary>Connects users' channels to where their requests lead.</summary>
internal sealed class RouteConnector(RouteFinder routes, NodeDialer dialer, Func<SshCredential> credential, TimeProvider time)
{
    /// <summary>Checks a request and connects to where it leads. Whoever calls owns the result.</summary>
    /// <exception cref="TeleportException">It leads nowhere, or the target cannot be reached; the message is for the user.</exception>
    public async Task<OpenedRoute> OpenAsync(Caller caller, string login, IPEndPoint client, RouteRequest request, CancellationToken cancellationToken)
    {
        await routes.WaitForGrantsAsync(caller, cancellationToken);
        switch (routes.Find(caller, login, request))
        {
            case Route.ToNode { Grant: var grant }:
                // The header is signed while the connection is on its way.
                Task<RelayTarget> dialing = dialer.DialAsync(grant, cancellationToken);
                ValueTask<byte[]> header = ProxyHeader.WriteAsync(credential(), client, grant.Node.Metadata.Name, time.GetUtcNow(), cancellationToken);
                return new OpenedRoute
                {
                    Target = await dialing,
                    Name = grant.Node.Spec.Hostname,
                    ExpectsSsh = true,
                    Header = await header,
                    Limits = RelayLimits.Of(grant.Permissions),
                };

            case Route.ToUnregistered target:
                return new OpenedRoute { Target = await dialer.DialAsync(target, cancellationToken), Name = target.Host, ExpectsSsh = true };

            default:
                return new OpenedRoute { Target = await dialer.DialAuthAsync(cancellationToken), Name = "the auth service", ExpectsSsh = false };
        }
    }

    /// <summary>Relays between a channel and a target until both are done, then closes both.</summary>
    public async Task RelayAsync(SshChannel channel, OpenedRoute route, CancellationToken cancellationToken)
    {
        ProxyMetrics.Sessions.Add(1);
        string? problem;
        try
        {
            await using (route)
            {
                problem = await RunAsync(channel, route, cancellationToken);
            }

            await FinishAsync(channel, problem);
        }
        catch (Exception e) when (e is SshException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The user's connection is gone, and nobody is left to be told.
        }
        finally
        {
            ProxyMetrics.Sessions.Add(-1);
            await channel.DisposeAsync();
        }
    }

    /// <returns>What to tell the user; <c>null</c>: all is well.</returns>
    private async Task<string?> RunAsync(SshChannel channel, OpenedRoute route, CancellationToken cancellationToken)
    {
        try
        {
            if (route.ExpectsSsh)
            {
                (byte[] greeting, bool isOurs) = await SshGreeting.ReadAsync(route.Target.Stream, route.Name, cancellationToken);
                if (isOurs && !route.Header.IsEmpty)
                {
                    await route.Target.Stream.WriteAsync(route.Header, cancellationToken);
                }

                await channel.Output.WriteAsync(greeting, cancellationToken);
            }

            return await new Relay(route.Limits, time).RunAsync(channel, route.Target, cancellationToken);
        }
        catch (TeleportException e)
        {
            return e.Message;
        }
    }

    private static async Task FinishAsync(SshChannel channel, string? problem)
    {
        if (problem is not null)
        {
            await channel.WriteErrorAsync(Encoding.UTF8.GetBytes($"{problem}\n"), CancellationToken.None);
        }

        if (channel.Type == "session")
        {
            await channel.SendRequestAsync(new ExitStatus(problem is null ? 0u : 1u), wantReply: false, CancellationToken.None);
        }
    }
}
