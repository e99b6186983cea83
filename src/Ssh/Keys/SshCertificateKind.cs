namespace Teleport.Ssh.Keys;

/// <summary>Whom a certificate speaks for; the values are those of the wire.</summary>
public enum SshCertificateKind
{
    /// <summary>A user who logs in.</summary>
    User = 1,

    /// <summary>A host that is logged in to.</summary>
    Host = 2,
}
