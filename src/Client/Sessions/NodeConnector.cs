using System.Net.Sockets;
using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Web;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Client.Sessions;

/// <summary>Connects to nodes through the proxy: SSH to the proxy, and SSH to the node inside of it, both with the user's certificate.</summary>
public sealed class NodeConnector(Profile profile, ClientIdentity identity, TimeProvider time)
{
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(30);

    private static readonly SshTransportOptions Transport = new() { KeepAliveInterval = TimeSpan.FromMinutes(1) };

    private readonly StringBuilder _banner = new();

    /// <summary>Set: every host key of a node is taken, with a warning to this writer.</summary>
    public TextWriter? TrustAnyHost { get; init; }

    private string Login => $"tsh login --proxy={profile.WebAddress.ToHostPort()} --user={profile.User}";

    /// <summary>Connects to the proxy's SSH port.</summary>
    /// <param name="login">The login on the node, which the proxy is told too.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    public async Task<SshConnection> ConnectProxyAsync(string login, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DialTimeout);
        string address = profile.SshAddress.ToHostPort();
        try
        {
            Stream transport = await OutboundDialer.ConnectAsync(profile.SshAddress, limit.Token);
            return await SshConnection.ConnectAsync(
                transport,
                new SshClientOptions
                {
                    UserName = login,
                    Credentials = [identity.Ssh],
                    HostKeyVerifier = new ProxyVerifier(identity, profile.Cluster, time),
                    OnBanner = text => _banner.Append(text),
                    Transport = Transport,
                },
                limit.Token);
        }
        catch (SocketException e)
        {
            throw TeleportException.Unavailable(
                $"Cannot reach the proxy's SSH service at {address}: {e.Message}. Check that the proxy runs and that this address can be reached; if it has changed, log in again: {Login}", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TeleportException.Unavailable($"The proxy's SSH service at {address} did not answer within {DialTimeout.TotalSeconds:0} s. Check that no firewall is in between.");
        }
        catch (SshAuthenticationException e)
        {
            string said = TakeBanner();
            throw new TeleportException(
                ErrorCode.Unauthenticated,
                said.Length > 0 ? said : $"The proxy {address} refused the certificate of {profile.User}: the user or the cluster's authority may have been replaced, or this machine's clock is off. Log in again: {Login}",
                e);
        }
        catch (SshHostKeyException e)
        {
            throw TeleportException.Unavailable($"{address}: {e.Message}", e);
        }
        catch (SshException e)
        {
            throw TeleportException.Unavailable($"The SSH handshake with the proxy {address} failed: {e.Message} Is it the proxy's SSH port? If it has changed, log in again: {Login}", e);
        }
    }

    /// <summary>Opens the way to a node through the proxy.</summary>
    /// <exception cref="TeleportException">The proxy does not lead there; the message is its own, for people.</exception>
    public async Task<ProxyChannel> OpenAsync(string login, string host, int port, CancellationToken cancellationToken)
    {
        SshConnection proxy = await ConnectProxyAsync(login, cancellationToken);
        try
        {
            return new ProxyChannel(proxy, await proxy.OpenChannelAsync(new DirectTcpip(host, (uint)port, "127.0.0.1", 0), null, cancellationToken));
        }
        catch (SshChannelOpenException e)
        {
            await proxy.DisposeAsync();
            // The proxy writes whole sentences, and knows best.
            throw new TeleportException(
                e.Reason == ChannelOpenFailure.ConnectFailed ? ErrorCode.Unavailable : ErrorCode.AccessDenied,
                e.Description.Length > 0 ? e.Description : $"failed connecting to node {host}: the proxy gives no reason ({e.Reason})",
                e);
        }
        catch (SshException e)
        {
            await proxy.DisposeAsync();
            throw TeleportException.Unavailable($"The connection to the proxy was lost: {e.Message}", e);
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
        ProxyChannel way = await OpenAsync(login, target.Host, target.Port, cancellationToken);
        try
        {
            SshConnection node = await SshConnection.ConnectAsync(
                way.Channel.AsStream(),
                new SshClientOptions
                {
                    UserName = login,
                    Credentials = [identity.Ssh],
                    HostKeyVerifier = TrustAnyHost is { } warnings
                        ? new AnyHostTrust(target.Host, warnings)
                        : new CertificateAuthorityVerifier(identity.HostAuthorities, [target.Host, target.Host.ToLowerInvariant(), $"{target.Host}.{profile.Cluster}"], time),
                    Handler = handler,
                    OnBanner = text => _banner.Append(text),
                    Transport = Transport,
                },
                cancellationToken);
            return new NodeConnection(node, way, TakeBanner());
        }
        catch (SshException e)
        {
            TeleportException explained = Explain(e, target, login, way.Said);
            await way.DisposeAsync();
            throw explained;
        }
        catch
        {
            await way.DisposeAsync();
            throw;
        }
    }

    private TeleportException Explain(SshException exception, NodeTarget target, string login, string proxySaid) => exception switch
    {
        SshAuthenticationException => new TeleportException(ErrorCode.AccessDenied, Denied(target.Host, login, TakeBanner()), exception),
        SshHostKeyException => TeleportException.Unavailable(
            $"{target.Host} cannot prove to be the host of that name: {exception.Message} Use its id, as tsh ls -v shows it, or a name that its certificate has.", exception),
        _ => TeleportException.Unavailable(proxySaid.Length > 0 ? proxySaid : $"failed connecting to node {target.Host}: {exception.Message}", exception),
    };

    /// <summary>The node's own words if it gave any; else what the certificate allows to say.</summary>
    private string Denied(string host, string login, string nodeSaid)
    {
        if (nodeSaid.Contains("access denied", StringComparison.OrdinalIgnoreCase))
        {
            return nodeSaid;
        }

        string denied = $"access denied to {login} connecting to {host} on cluster {profile.Cluster}";
        if (nodeSaid.Length > 0)
        {
            return $"{denied}: {nodeSaid}";
        }

        IReadOnlyList<string> logins = identity.Logins;
        return logins.Contains(login)
            ? $"{denied}: none of your roles allows this login on this node. An administrator sees why in the audit log."
            : $"{denied}: your certificate allows {(logins.Count == 0 ? "no login" : $"the logins {string.Join(", ", logins)} only")}. Name another one (tsh ssh LOGIN@{host}), " +
              $"or ask an administrator for it (tctl users update {profile.User} --set-logins=...) and log in again.";
    }

    private string TakeBanner()
    {
        string text = Names.PrintableLines(_banner.ToString()).Trim();
        _banner.Clear();
        return text;
    }
}
