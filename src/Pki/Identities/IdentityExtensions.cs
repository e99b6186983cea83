namespace Teleport.Pki.Identities;

/// <summary>Names of the extensions of SSH certificates that we write and read.</summary>
internal static class IdentityExtensions
{
    public const string PermitPty = "permit-pty";
    public const string PermitPortForwarding = "permit-port-forwarding";
    public const string PermitAgentForwarding = "permit-agent-forwarding";
    public const string PermitX11Forwarding = "permit-X11-forwarding";

    public const string Roles = "teleport-roles";
    public const string Traits = "teleport-traits";
    public const string RouteToCluster = "teleport-route-to-cluster";
    public const string ActiveRequests = "teleport-active-requests";

    /// <summary>The only resources that the certificate reaches, as a JSON list.</summary>
    public const string AllowedResources = "teleport-allowed-resources";

    /// <summary>Names the issuing cluster, so that the certificate of one cluster cannot speak for another (H09).</summary>
    public const string Cluster = "teleport-cluster";

    /// <summary>The one use the certificate is good for.</summary>
    public const string Usage = "teleport-usage";

    public const string MfaVerified = "mfa-verified";
    public const string Impersonator = "impersonator";
    public const string DisallowReissue = "disallow-reissue";

    public const string HostRole = "x-teleport-role";
    public const string HostCluster = "x-teleport-authority";

    /// <summary>Begins a principal that stands for "no login": an empty list would mean "any" to some.</summary>
    public const string NoLoginPrefix = "-teleport-nologin-";
}
