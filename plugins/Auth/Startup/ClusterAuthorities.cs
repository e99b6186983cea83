using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Stores;
using Teleport.Pki.Authorities;
using Teleport.Pki.Identities;

namespace Teleport.Auth.Startup;

/// <summary>The cluster's authorities with their keys, kept up to date.</summary>
internal sealed partial class ClusterAuthorities(ResourceStore resources, string clusterName, TimeProvider time, ILogger<ClusterAuthorities> logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);
    private AuthoritySnapshot? _current;

    public AuthoritySnapshot Current => Volatile.Read(ref _current) ?? throw new InvalidOperationException("Authorities are used before they are loaded.");

    public static string NameOf(AuthorityType type, string clusterName) => $"{ResourceNames.Of(type)}:{clusterName}";

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        CertAuthority user = await GetAsync(AuthorityType.User, cancellationToken);
        CertAuthority host = await GetAsync(AuthorityType.Host, cancellationToken);
        AuthoritySnapshot? before = Volatile.Read(ref _current);
        if (before is null || before.User.Metadata.Revision != user.Metadata.Revision || before.Host.Metadata.Revision != host.Metadata.Revision)
        {
            // The one before is not disposed: calls under way still sign with it, and it holds nothing but memory.
            Volatile.Write(ref _current, new AuthoritySnapshot(user, host, time));
        }
    }

    /// <summary>Follows changes, as a rotation makes them.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        BackendKey prefix = Keys.Kind(ResourceKinds.CertAuthority);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                BackendPage page = await resources.Backend.RangeAsync(prefix.RangeStart(), prefix.RangeEnd(), 1, cancellationToken);
                await LoadAsync(cancellationToken);
                await foreach (BackendChange _ in resources.Backend.WatchAsync(prefix, page.Revision, cancellationToken))
                {
                    await LoadAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            // A supervision boundary: the authorities at hand stay in use until the storage answers again.
            catch (Exception e)
            {
                LogBroken(e);
                await Task.Delay(RetryDelay, CancellationToken.None);
            }
        }
    }

    private async Task<CertAuthority> GetAsync(AuthorityType type, CancellationToken cancellationToken) =>
        await resources.FindAsync<CertAuthority>(ResourceKinds.CertAuthority, NameOf(type, clusterName), cancellationToken)
        ?? throw new InvalidDataException($"The storage has no {type} authority of cluster {clusterName}, although the cluster exists.");

    [LoggerMessage(2121, LogLevel.Warning, "Cannot follow changes of the authorities; trying again.")]
    private partial void LogBroken(Exception exception);
}

/// <summary>The authorities at one moment.</summary>
internal sealed class AuthoritySnapshot
{
    public AuthoritySnapshot(CertAuthority user, CertAuthority host, TimeProvider time)
    {
        (User, Host) = (user, host);
        UserSigner = AuthoritySigner.Load(user);
        HostSigner = AuthoritySigner.Load(host);
        TrustedAuthorities users = TrustedAuthorities.Of([user], AuthorityType.User);
        TrustedAuthorities hosts = TrustedAuthorities.Of([host], AuthorityType.Host);
        Verifier = new TlsCertificateVerifier(users, hosts, time);
        HostPins = [.. hosts.TlsRoots.Select(CaPin.Of)];
        HostTlsPem = [.. TlsKeys(host).Select(static k => k.Certificate)];
        HostSshLines = [.. SshKeys(host).Select(static k => k.PublicKey)];
    }

    public CertAuthority User { get; }

    public CertAuthority Host { get; }

    public AuthoritySigner UserSigner { get; }

    public AuthoritySigner HostSigner { get; }

    /// <summary>Says who a client certificate belongs to.</summary>
    public TlsCertificateVerifier Verifier { get; }

    /// <summary>Pins of the host authority.</summary>
    public IReadOnlyList<string> HostPins { get; }

    public IReadOnlyList<string> HostTlsPem { get; }

    public IReadOnlyList<string> HostSshLines { get; }

    /// <summary>All trusted keys, active ones first.</summary>
    public static IEnumerable<SshAuthorityKey> SshKeys(CertAuthority ca) => ca.Spec.ActiveKeys.Ssh.Concat(ca.Spec.AdditionalTrustedKeys.Ssh);

    /// <summary>All trusted keys, active ones first.</summary>
    public static IEnumerable<TlsAuthorityKey> TlsKeys(CertAuthority ca) => ca.Spec.ActiveKeys.Tls.Concat(ca.Spec.AdditionalTrustedKeys.Tls);
}

/// <summary>Names of authority types as they stand in keys and messages.</summary>
internal static class ResourceNames
{
    public static string Of(AuthorityType type) => type switch
    {
        AuthorityType.User => "user",
        AuthorityType.Host => "host",
        AuthorityType.Jwt => "jwt",
        AuthorityType.Db => "db",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
