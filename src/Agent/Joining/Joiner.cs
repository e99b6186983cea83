using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Join.V1;
using Teleport.Pki.Authorities;
using Teleport.Ssh;

namespace Teleport.Agent.Joining;

/// <summary>Becomes a member of a cluster: learns its authority, compares the pin, and only then sends the token.</summary>
/// <param name="requests">What this host says of itself.</param>
/// <param name="web">The way through a proxy's web API.</param>
/// <param name="insecure">Whether a proxy's web certificate may go unverified.</param>
/// <param name="logger">Told of ways that did not work.</param>
internal sealed partial class Joiner(JoinRequests requests, WebJoin web, bool insecure, ILogger logger)
{
    /// <summary>Tries each way to the cluster until one leads there.</summary>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: none does, now. Any other: trying again would not help.</exception>
    public async Task<(HostCredentials Credentials, AuthEndpoint Endpoint)> JoinAsync(JoinTarget target, CancellationToken cancellationToken)
    {
        if (target.Token is not { IsEmpty: false } token)
        {
            throw TeleportException.Unauthenticated(
                $"This host has not joined a cluster as {requests.Options.Role} yet and has no token. Make one with: " +
                $"tctl tokens add --type={requests.Options.Role.ToString().ToLowerInvariant()}, and pass it by --token or teleport.auth_token.");
        }

        TeleportException? failure = null;
        foreach (AuthEndpoint endpoint in target.Addresses)
        {
            try
            {
                HostCertificates answer = target.Pins.Count == 0 && endpoint.Route == AuthRoute.ThroughProxy && !insecure
                    ? await web.JoinAsync(endpoint.AddressWithPort, requests.Join(token.Reveal()), cancellationToken)
                    : await JoinDirectlyAsync(endpoint, target, token, cancellationToken);
                HostCredentials credentials = Accept(answer, target);
                LogJoined(answer.ClusterName, requests.Options.Role, endpoint.AddressWithPort.ToHostPort(), requests.HostId);
                return (credentials, endpoint with { ClusterName = answer.ClusterName });
            }
            catch (TeleportException e) when (e.Code == ErrorCode.Unavailable)
            {
                // The first way is the likely one: its error says most.
                failure ??= e;
                LogWayFailed(endpoint.Route, endpoint.AddressWithPort.ToHostPort(), e.Message);
            }
        }

        throw failure ?? TeleportException.Invalid("There is no auth server or proxy to join by. Set teleport.auth_servers, or --auth-server.");
    }

    private async Task<HostCertificates> JoinDirectlyAsync(AuthEndpoint endpoint, JoinTarget target, Secret token, CancellationToken cancellationToken)
    {
        string address = endpoint.AddressWithPort.ToHostPort();
        GetAuthorityResponse authority = await FetchAuthorityAsync(endpoint with { ClusterName = target.ClusterName ?? "" }, cancellationToken);
        X509Certificate2Collection roots = ReadRoots(authority, address);
        if (target.Pins.Count == 0)
        {
            LogNoPin(address, string.Join(", ", roots.Select(CaPin.Of)));
        }
        else if (!roots.Any(root => CaPin.Matches(root, target.Pins)))
        {
            throw TeleportException.AccessDenied(
                $"The authority that {address} presents does not have the expected pin, so the token was not sent. Expected: {string.Join(", ", target.Pins)}. " +
                $"Received: {string.Join(", ", roots.Select(CaPin.Of))}. Either somebody intercepts the connection, or the pin is old: compare with tctl status.");
        }
        else
        {
            // Others that came along were not compared with anything, and vouch for nobody.
            roots = [.. roots.Where(root => CaPin.Matches(root, target.Pins))];
        }

        await using AuthClient client = AuthClient.Create(endpoint with { ClusterName = authority.ClusterName }, null, roots);
        return await client.Join.JoinAsync(requests.Join(token.Reveal()), cancellationToken: cancellationToken);
    }

    private static async Task<GetAuthorityResponse> FetchAuthorityAsync(AuthEndpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await AuthClient.FetchAuthorityAsync(endpoint, cancellationToken);
        }
        catch (TeleportException e) when (e.Code != ErrorCode.Unavailable)
        {
            // A web server, say, that speaks HTTP/2 and knows nothing of this question.
            throw TeleportException.Unavailable($"{endpoint.AddressWithPort.ToHostPort()} does not answer like the auth service of a cluster: {e.Message}", e);
        }
    }

    private static X509Certificate2Collection ReadRoots(GetAuthorityResponse authority, string address)
    {
        try
        {
            return authority is { ClusterName.Length: > 0, TlsCaCertificates.Count: > 0 }
                ? [.. authority.TlsCaCertificates.Select(static pem => X509Certificate2.CreateFromPem(pem))]
                : throw TeleportException.Unavailable($"{address} presents no authority of a cluster.");
        }
        catch (CryptographicException e)
        {
            throw TeleportException.Unavailable($"{address} presents an authority that cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Checks that the certificates are those that were asked for.</summary>
    private HostCredentials Accept(HostCertificates answer, JoinTarget target)
    {
        try
        {
            HostCredentials credentials = HostCredentials.Of(answer, requests.Keys);
            if (credentials.Identity.HostId != requests.HostId || credentials.Identity.Role != requests.Options.Role)
            {
                throw TeleportException.Invalid($"The cluster issued certificates for {credentials.Identity.Role} {credentials.Identity.HostId}, which is not this host.");
            }

            return target.Pins.Count == 0 || credentials.IsPinned(target.Pins)
                ? credentials
                : throw TeleportException.AccessDenied("The certificates that were issued are not of the authority whose pin was given. They are not kept.");
        }
        catch (Exception e) when (e is SshException or CryptographicException or ArgumentException)
        {
            throw new TeleportException(ErrorCode.Invalid, $"The certificates that were issued cannot be used: {e.Message}", e);
        }
    }

    [LoggerMessage(1110, LogLevel.Information, "Joined the cluster {Cluster} as {Role} by {Address}; the id of this host is {HostId}.")]
    private partial void LogJoined(string cluster, SystemRole role, string address, string hostId);

    [LoggerMessage(1111, LogLevel.Information, "Joining by {Route} at {Address} did not work: {Reason}")]
    private partial void LogWayFailed(AuthRoute route, string address, string reason);

    [LoggerMessage(1112, LogLevel.Warning,
        "Joining by {Address} without a pin: whoever intercepts this connection gets the token and rules this host. " +
        "If you trust the connection now, set the pin for the next time: {Pins}")]
    private partial void LogNoPin(string address, string pins);
}
