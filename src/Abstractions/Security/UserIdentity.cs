namespace Teleport.Abstractions.Security;

/// <summary>What a verified user certificate says of its holder. The SSH and the X.509 certificate of one login say the same.</summary>
public sealed record UserIdentity
{
    /// <summary>The user's name.</summary>
    public required string UserName { get; init; }

    /// <summary>The cluster that issued the certificate.</summary>
    public required string ClusterName { get; init; }

    /// <summary>Names of the roles held; what they allow is looked up at each use.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Traits, each with its values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Traits { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Logins that the certificate names as principals. Internal ones start with <c>-</c> and are never usable.</summary>
    public IReadOnlyList<string> Principals { get; init; } = [];

    /// <summary>The cluster that requests go to when none is named; empty: the issuer's.</summary>
    public string RouteToCluster { get; init; } = "";

    /// <summary>Ids of the access requests whose grants the certificate carries.</summary>
    public IReadOnlyList<string> ActiveRequests { get; init; } = [];

    /// <summary>The only resources that the certificate reaches, as <c>/CLUSTER/KIND/NAME</c>; empty: all that the roles reach.</summary>
    public IReadOnlyList<string> AllowedResources { get; init; } = [];

    /// <summary>The one use that the certificate is good for, as <c>kube</c>; <c>null</c>: any.</summary>
    public string? Usage { get; init; }

    /// <summary>Who asked for the certificate on the user's behalf, or <c>null</c>.</summary>
    public string? Impersonator { get; init; }

    /// <summary>The second factor that was shown for this very certificate, or <c>null</c>.</summary>
    public string? MfaVerified { get; init; }

    /// <summary>The only client address that may use the certificate, or <c>null</c>.</summary>
    public string? PinnedAddress { get; init; }

    /// <summary>Whether the certificate may not be exchanged for another.</summary>
    public bool DisallowReissue { get; init; }

    /// <summary>Whether terminals may be opened.</summary>
    public bool PermitPty { get; init; } = true;

    /// <summary>Whether ports may be forwarded.</summary>
    public bool PermitPortForwarding { get; init; }

    /// <summary>Whether the key agent may be forwarded.</summary>
    public bool PermitAgentForwarding { get; init; }

    /// <summary>Whether X11 may be forwarded.</summary>
    public bool PermitX11Forwarding { get; init; }

    /// <summary>When the certificate ends.</summary>
    public required DateTimeOffset Expires { get; init; }
}
