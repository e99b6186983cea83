namespace Teleport.Ssh.Keys;

/// <summary>What a line of known_hosts says about its key.</summary>
public enum KnownHostsMarker
{
    /// <summary>It is the host's own key.</summary>
    None,

    /// <summary>@cert-authority: it signs certificates of such hosts.</summary>
    CertificateAuthority,

    /// <summary>@revoked: it must never be accepted, neither as host key nor as authority.</summary>
    Revoked,
}
