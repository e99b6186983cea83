using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Authorities;

/// <summary>The keys an authority signs with now. Safe for concurrent use; whoever loads it disposes it.</summary>
public sealed class AuthoritySigner : IDisposable
{
    private readonly SshPrivateKey? _ssh;
    private readonly string? _sshAlgorithm;

    private AuthoritySigner(CertAuthoritySpec spec, SshPrivateKey? ssh, X509Certificate2 tls)
    {
        Type = spec.Type;
        ClusterName = spec.ClusterName;
        _ssh = ssh;
        Tls = tls;
        _sshAlgorithm = ssh is not null && spec.SignatureAlgorithm is { } algorithm && ssh.PublicKey.SignatureAlgorithms.Contains(algorithm) ? algorithm : null;
    }

    /// <summary>What the authority vouches for.</summary>
    public AuthorityType Type { get; }

    /// <summary>The cluster.</summary>
    public string ClusterName { get; }

    /// <summary>The key that signs SSH certificates.</summary>
    /// <exception cref="InvalidOperationException">An authority of this type has none.</exception>
    public SshPrivateKey Ssh => _ssh ?? throw new InvalidOperationException($"The {Type} authority signs no SSH certificates.");

    /// <summary>The authority's own certificate, with its private key.</summary>
    public X509Certificate2 Tls { get; }

    /// <summary>Takes the first active keys of an authority.</summary>
    /// <param name="authority">The authority with its private keys.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: private keys are missing or damaged.</exception>
    public static AuthoritySigner Load(CertAuthority authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        AuthorityKeySet keys = authority.Spec.ActiveKeys;
        if (keys.Tls is not [{ PrivateKey: { } tlsKey } tls, ..] || (keys.Ssh is [var first, ..] && first.PrivateKey is null))
        {
            throw TeleportException.Invalid(
                $"The {authority.Spec.Type} authority of {authority.Spec.ClusterName} was given without its private keys. Only the auth service can sign.");
        }

        SshPrivateKey? sshKey = null;
        try
        {
            sshKey = keys.Ssh is [{ PrivateKey: { } ssh }, ..] ? SshPrivateKey.Parse(ssh) : null;
            return new AuthoritySigner(authority.Spec, sshKey, X509Certificate2.CreateFromPem(tls.Certificate, tlsKey));
        }
        catch (Exception exception) when (exception is SshException or CryptographicException or ArgumentException)
        {
            sshKey?.Dispose();
            throw new TeleportException(
                ErrorCode.Invalid, $"The keys of the {authority.Spec.Type} authority of {authority.Spec.ClusterName} cannot be read.", exception);
        }
    }

    /// <summary>Signs an SSH certificate with the algorithm that the authority is set to.</summary>
    /// <param name="request">What to certify.</param>
    public SshCertificate Sign(SshCertificateRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Sign(Ssh, _sshAlgorithm);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ssh?.Dispose();
        Tls.Dispose();
    }
}
