using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Client.Profiles;
using Teleport.Pki.Authorities;
using Teleport.Pki.Identities;
using Teleport.Abstractions.Resources;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Client.Sessions;

/// <summary>Connects to nodes through the proxy: SSH to the proxy, and SSH to the node inside of it, both with the user's certificate.</summary>
public sealed class NodeConnector(Profile profile, ClientIdentity identity, TimeProvider time)
{
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Connects to the proxy's SSH port.</summary>
    /// <param name="login">The login on the node, which the proxy is told too.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    public async Task<SshConnection> ConnectProxyAsync(string login, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DialTimeout);
        try
        {
            Stream transport = await TcpDialer.ConnectAsync(profile.SshAddress, limit.Token);
            return await SshConnection.ConnectAsync(
                transport,
                new SshClientOptions { UserName = login, Credentials = [identity.Ssh], HostKeyVerifier = new ProxyVerifier(identity, profile.Cluster, time) },
                limit.Token);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or SshConnectionException or SshProtocolException)
        {
            throw TeleportException.Unavailable(
                $"Cannot reach the proxy's SSH service at {profile.SshAddress.ToHostPort()}: {e.Message} Check that this address can be reached; the proxy announces another one by ssh_public_addr.", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TeleportException.Unavailable($"The proxy's SSH service at {profile.SshAddress.ToHostPort()} did not answer within {DialTimeout.TotalSeconds:0} s.");
        }
        catch (SshAuthenticationException e)
        {
            throw TeleportException.AccessDenied($"The proxy refused the certificate of {profile.User}: {e.Message} Log in again with: tsh login --proxy={profile.WebAddress.ToHostPort()}");
        }
    }

    /// <summary>Opens the way to a node through the proxy.</summary>
    /// <returns>The proxy's connection and the bytes to the node; disposing the connection ends both.</returns>
    public async Task<(SshConnection Proxy, SshChannel Channel)> OpenAsync(string login, string host, int port, CancellationToken cancellationToken)
    {
        SshConnection proxy = await ConnectProxyAsync(login, cancellationToken);
        try
        {
            return (proxy, await proxy.OpenChannelAsync(new DirectTcpip(host, (uint)port, "127.0.0.1", 0), null, cancellationToken));
        }
        catch (SshChannelOpenException e)
        {
            await proxy.DisposeAsync();
            throw TeleportException.Unavailable($"failed connecting to node {host}. {Names.Printable(e.Description)}", e);
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Logs in to a node.</summary>
    /// <param name="target">Host and port; not a label.</param>
    /// <param name="login">The login.</param>
    /// <param name="handler">Serves what the node opens; <c>null</c> refuses it.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    public async Task<NodeConnection> ConnectAsync(NodeTarget target, string login, ISshConnectionHandler? handler, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        (SshConnection proxy, SshChannel channel) = await OpenAsync(login, target.Host, target.Port, cancellationToken);
        try
        {
            SshConnection node = await SshConnection.ConnectAsync(
                channel.AsStream(),
                new SshClientOptions
                {
                    UserName = login,
                    Credentials = [identity.Ssh],
                    HostKeyVerifier = new CertificateAuthorityVerifier(identity.HostAuthorities, [target.Host, $"{target.Host}.{profile.Cluster}"], time),
                    Handler = handler,
                },
                cancellationToken);
            return new NodeConnection(proxy, node);
        }
        catch (SshAuthenticationException e)
        {
            await proxy.DisposeAsync();
            throw TeleportException.AccessDenied(Denied(target.Host, login, e));
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    private string Denied(string host, string login, SshAuthenticationException e)
    {
        UserIdentity user = identity.ReadUser();
        string logins = user.Principals.Where(static p => !p.StartsWith('-')).ToArray() is { Length: > 0 } all
            ? $"your certificate allows the logins {string.Join(", ", all)}"
            : "your certificate allows no login";
        return user.Principals.Contains(login)
            ? $"access denied to {login} connecting to {host} on cluster {profile.Cluster}. Your roles ({string.Join(", ", user.Roles)}) do not allow this login on this node" +
              $" ({Names.Printable(e.Message)}). An administrator sees why in the audit log."
            : $"access denied to {login} connecting to {host} on cluster {profile.Cluster}. The login {login} is not yours to use: {logins}. " +
              $"Name another one (tsh ssh LOGIN@{host}), or ask an administrator for it (tctl users update {user.UserName} --set-logins=...) and log in again.";
    }

    /// <summary>Takes any proxy of the cluster, as its host certificate says.</summary>
    private sealed class ProxyVerifier(ClientIdentity identity, string cluster, TimeProvider time) : ISshHostKeyVerifier
    {
        public ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct)
        {
            if (offer.Certificate is not { } certificate)
            {
                throw new SshHostKeyException("The server has no host certificate of the cluster. Is this the SSH port of its proxy? Somebody may intercept the connection.");
            }

            var spec = new CertAuthoritySpec
            {
                Type = AuthorityType.Host,
                ClusterName = cluster,
                ActiveKeys = new AuthorityKeySet { Ssh = [.. identity.HostAuthorities.Select(static key => new SshAuthorityKey { PublicKey = key.ToAuthorizedKeysLine() })] },
            };
            try
            {
                var trusted = TrustedAuthorities.Of([new CertAuthority { Spec = spec }], AuthorityType.Host);
                HostIdentity host = new HostSshCertificateVerifier(trusted, time).Verify(certificate, principal: null);
                return host.Role == SystemRole.Proxy
                    ? ValueTask.FromResult(true)
                    : throw new SshHostKeyException($"The server is a {host.Role} of the cluster, not a proxy.");
            }
            catch (TeleportException e)
            {
                throw new SshHostKeyException($"The proxy is not trusted: {e.Message} If the cluster's authority was replaced, log in again.");
            }
        }
    }
}
