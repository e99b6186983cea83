using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Join.V1;
using Teleport.Pki.Authorities;

namespace Teleport.Agent.Joining;

/// <summary>Becomes a member of a cluster: learns its authority, compares the pin, and only then sends the token.</summary>
internal sealed partial class Joiner(InstanceOptions instance, JoinOptions options, string hostId, HostKeys keys, ILogger logger)
{
    public async Task<(HostCredentials Credentials, AuthEndpoint Endpoint)> JoinAsync(JoinTarget target, CancellationToken cancellationToken)
    {
        TeleportException? failure = null;
        foreach (AuthEndpoint endpoint in target.Addresses)
        {
            try
            {
                return await JoinAsync(endpoint, target, cancellationToken);
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

    private async Task<(HostCredentials Credentials, AuthEndpoint Endpoint)> JoinAsync(
        AuthEndpoint endpoint, JoinTarget target, CancellationToken cancellationToken)
    {
        string address = endpoint.AddressWithPort.ToHostPort();
        GetAuthorityResponse authority = await AuthClient.FetchAuthorityAsync(endpoint with { ClusterName = target.ClusterName ?? "" }, cancellationToken);
        X509Certificate2Collection roots = [.. authority.TlsCaCertificates.Select(static pem => X509Certificate2.CreateFromPem(pem))];
        if (target.Pins.Count == 0)
        {
            await CheckUnpinnedAsync(endpoint, roots, cancellationToken);
        }
        else if (!roots.Any(root => CaPin.Matches(root, target.Pins)))
        {
            throw TeleportException.AccessDenied(
                $"The authority that {address} presents does not have the expected pin, so the token was not sent. Expected: {string.Join(", ", target.Pins)}. " +
                $"Received: {string.Join(", ", roots.Select(CaPin.Of))}. Either somebody intercepts the connection, or the pin is old: compare with tctl status.");
        }

        if (target.Token is not { IsEmpty: false } token)
        {
            throw TeleportException.Unauthenticated(
                $"This host has not joined {authority.ClusterName} yet and has no token. Make one with: tctl tokens add --type={RoleName()}, and pass it by --token or teleport.auth_token.");
        }

        AuthEndpoint named = endpoint with { ClusterName = authority.ClusterName };
        await using AuthClient client = AuthClient.Create(named, null, roots);
        HostCertificates answer = await client.Join.JoinAsync(
            new JoinRequest
            {
                HostId = hostId,
                NodeName = instance.Nodename,
                Role = options.Role.ToString(),
                Token = token.Reveal(),
                AdditionalPrincipals = { options.Principals },
                DnsNames = { options.DnsNames },
                PublicTlsKey = Google.Protobuf.ByteString.CopyFrom(keys.TlsPublicKeyInfo),
                PublicSshKey = Google.Protobuf.ByteString.CopyFrom(keys.SshPublicKey.Blob.Span),
            },
            cancellationToken: cancellationToken);
        LogJoined(authority.ClusterName, options.Role, address, hostId);
        return (HostCredentials.Of(answer, keys), named);
    }

    /// <summary>Without a pin, a proxy must at least have a web certificate that this host trusts; an auth server has nothing of the kind.</summary>
    private async Task CheckUnpinnedAsync(AuthEndpoint endpoint, X509Certificate2Collection roots, CancellationToken cancellationToken)
    {
        string pins = string.Join(", ", roots.Select(CaPin.Of));
        if (endpoint.Route == AuthRoute.ThroughProxy && !instance.Insecure)
        {
            string address = endpoint.AddressWithPort.ToHostPort();
            try
            {
                using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
                using HttpResponseMessage answer = await client.GetAsync(new Uri($"https://{address}/webapi/ping"), cancellationToken);
            }
            catch (HttpRequestException e)
            {
                throw new TeleportException(
                    ErrorCode.AccessDenied,
                    $"The web certificate of the proxy {address} is not trusted here and no pin was given, so the token was not sent: {e.Message} " +
                    $"Give the cluster's pin by --ca-pin (tctl status shows it; this proxy claims {pins}).", e);
            }
        }

        LogNoPin(endpoint.AddressWithPort.ToHostPort(), pins);
    }

    private string RoleName() => options.Role.ToString().ToLowerInvariant();

    [LoggerMessage(1110, LogLevel.Information, "Joined the cluster {Cluster} as {Role} by {Address}; the id of this host is {HostId}.")]
    private partial void LogJoined(string cluster, SystemRole role, string address, string hostId);

    [LoggerMessage(1111, LogLevel.Information, "Joining by {Route} at {Address} did not work: {Reason}")]
    private partial void LogWayFailed(AuthRoute route, string address, string reason);

    [LoggerMessage(1112, LogLevel.Warning,
        "Joining by {Address} without a pin: whoever intercepts this connection gets the token and rules this host. " +
        "If you trust the connection now, set the pin for the next time: {Pins}")]
    private partial void LogNoPin(string address, string pins);
}
