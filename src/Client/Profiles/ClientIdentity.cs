using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;
using Teleport.Pki.Files;
using Teleport.Pki.Identities;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Profiles;

/// <summary>What a client proves itself with, and whom it trusts. Opened only as far as it is needed.</summary>
public sealed class ClientIdentity
{
    private readonly Lazy<SshCredential> _ssh;
    private readonly Lazy<X509Certificate2?> _tls;

    private ClientIdentity(IdentityFile file, SshCertificate? certificate)
    {
        (File, Certificate) = (file, certificate);
        _ssh = new Lazy<SshCredential>(() => SshCredential.FromCertificate(
            file.OpenSshKey(), certificate ?? throw TeleportException.Invalid("This identity holds no SSH certificate.")));
        _tls = new Lazy<X509Certificate2?>(() => file.TlsCertificate is null ? null : file.OpenTlsCertificate());
    }

    /// <summary>The identity as a file.</summary>
    public IdentityFile File { get; }

    /// <summary>The SSH certificate, or <c>null</c>.</summary>
    public SshCertificate? Certificate { get; }

    /// <summary>What proves the user over SSH.</summary>
    public SshCredential Ssh => _ssh.Value;

    /// <summary>What proves the user over TLS, with its key; <c>null</c>: nothing.</summary>
    public X509Certificate2? Tls => _tls.Value;

    /// <summary>When the SSH certificate ends.</summary>
    public DateTimeOffset? Expires => Certificate?.ValidBefore;

    /// <summary>Keys of the host authorities.</summary>
    public IReadOnlyCollection<SshPublicKey> HostAuthorities => [.. File.SshAuthorities.Select(static line => line.Key)];

    /// <summary>Whether the certificate has ended.</summary>
    public bool IsExpired(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return Expires <= time.GetUtcNow();
    }

    /// <summary>Logins on nodes that the SSH certificate names; those that begin with a dash are not for people.</summary>
    public IReadOnlyList<string> Logins => [.. (Certificate?.Principals ?? []).Where(static principal => !principal.StartsWith('-'))];

    /// <summary>What the certificates say of their holder; only for a user's.</summary>
    public UserIdentity ReadUser()
    {
        try
        {
            return UserIdentityReader.FromSsh(Certificate ?? throw TeleportException.Invalid("This identity holds no SSH certificate."));
        }
        // The format oldssh says less than the X.509 certificate.
        catch (TeleportException) when (Tls is not null)
        {
            return UserIdentityReader.FromX509(Tls);
        }
    }

    /// <summary>The cluster that the authorities vouch for.</summary>
    public string ClusterName => File.SshAuthorities.Count > 0
        ? File.SshAuthorities[0].ClusterName
        : throw TeleportException.Invalid("This identity names no cluster: it lacks the lines of the host authorities. Make it anew.");

    /// <summary>Takes an identity.</summary>
    public static ClientIdentity Of(IdentityFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new ClientIdentity(file, file.SshCertificate);
    }

    /// <summary>Pins of the authorities that are trusted.</summary>
    public IReadOnlyList<string> Pins() => [.. File.OpenTlsAuthorities().Select(CaPin.Of)];
}
