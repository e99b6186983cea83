using Teleport.Abstractions.Errors;

namespace Teleport.Abstractions.Resources;

/// <summary>A role: what its holders may do, and what they may not whatever else they hold.</summary>
public sealed record Role : Resource
{
    private static readonly string[] Versions = ["v3", "v4", "v5", "v6", "v7"];

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.Role;

    /// <summary><c>v3</c> to <c>v7</c>; decides the defaults of label maps.</summary>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v7";

    /// <summary>What it says.</summary>
    public RoleSpec Spec { get; set; } = new();

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (!Versions.Contains(Version))
        {
            throw TeleportException.Invalid($"version of role \"{Metadata.Name}\" is \"{Version}\"; known are {string.Join(", ", Versions)}.");
        }

        if (Spec.Allow.Logins?.Contains("*") == true)
        {
            throw TeleportException.Invalid(
                $"spec.allow.logins of role \"{Metadata.Name}\" contains \"*\", which would allow every login. List the logins, or use '{{{{internal.logins}}}}'.");
        }
    }
}

/// <summary>The three parts of a role.</summary>
public sealed record RoleSpec
{
    /// <summary>Limits and permissions of sessions.</summary>
    public RoleOptions Options { get; set; } = new();

    /// <summary>What is allowed.</summary>
    public RoleConditions Allow { get; set; } = new();

    /// <summary>What is denied, over everything that any role allows.</summary>
    public RoleConditions Deny { get; set; } = new();
}

/// <summary>Options of a role; <c>null</c>: the role says nothing.</summary>
public sealed record RoleOptions
{
    /// <summary>Longest life of certificates, as <c>8h</c>; the smallest of all roles counts.</summary>
    public string? MaxSessionTtl { get; set; }

    /// <summary>Whether the key agent may be forwarded; one yes is enough.</summary>
    public bool? ForwardAgent { get; set; }

    /// <summary>Whether ports may be forwarded; unset means yes.</summary>
    public bool? PortForwarding { get; set; }

    /// <summary>Whether X11 may be forwarded; one yes is enough.</summary>
    public bool? PermitX11Forwarding { get; set; }

    /// <summary>Layout of SSH certificates: <c>standard</c> or <c>oldssh</c>.</summary>
    public string? CertFormat { get; set; }

    /// <summary>Idle time after which connections end, as <c>30m</c>; the smallest counts.</summary>
    public string? ClientIdleTimeout { get; set; }

    /// <summary>Whether connections end with their certificate; one yes is enough.</summary>
    public bool? DisconnectExpiredCert { get; set; }

    /// <summary>Connections of the user at once over the whole cluster; the smallest counts.</summary>
    public int? MaxConnections { get; set; }

    /// <summary>Session channels of a connection at once; the smallest counts.</summary>
    public int? MaxSessions { get; set; }

    /// <summary>Whether files may be copied; one no is enough.</summary>
    public bool? SshFileCopy { get; set; }

    /// <summary>Whether certificates are bound to the address of the login; one yes is enough.</summary>
    public bool? PinSourceIp { get; set; }

    /// <summary>Whether a login makes an access request: <c>optional</c>, <c>always</c>, or <c>reason</c> (always, with a reason); the strictest counts.</summary>
    public string? RequestAccess { get; set; }

    /// <summary>What the requester is asked for as a reason.</summary>
    public string? RequestPrompt { get; set; }
}

/// <summary>Conditions of one half of a role. A field that is <c>null</c> says nothing.</summary>
public sealed record RoleConditions
{
    /// <summary>Logins on nodes; templates as <c>{{internal.logins}}</c> are expanded from traits.</summary>
    public StringList? Logins { get; set; }

    /// <summary>Labels of nodes.</summary>
    public IReadOnlyDictionary<string, StringList>? NodeLabels { get; set; }

    /// <summary>Labels of applications.</summary>
    public IReadOnlyDictionary<string, StringList>? AppLabels { get; set; }

    /// <summary>Labels of Kubernetes clusters.</summary>
    public IReadOnlyDictionary<string, StringList>? KubernetesLabels { get; set; }

    /// <summary>Labels of databases.</summary>
    public IReadOnlyDictionary<string, StringList>? DbLabels { get; set; }

    /// <summary>Labels of leaf clusters.</summary>
    public IReadOnlyDictionary<string, StringList>? ClusterLabels { get; set; }

    /// <summary>Kubernetes users to impersonate.</summary>
    public StringList? KubernetesUsers { get; set; }

    /// <summary>Kubernetes groups to impersonate.</summary>
    public StringList? KubernetesGroups { get; set; }

    /// <summary>Databases inside a database server.</summary>
    public StringList? DbNames { get; set; }

    /// <summary>Users inside a database server.</summary>
    public StringList? DbUsers { get; set; }

    /// <summary>Rights on resources.</summary>
    public IReadOnlyList<RoleRule>? Rules { get; set; }

    /// <summary>What may be asked for by access requests.</summary>
    public RequestConditions? Request { get; set; }

    /// <summary>Whose access requests may be reviewed.</summary>
    public ReviewConditions? ReviewRequests { get; set; }
}

/// <summary>Rights on resources of some kinds.</summary>
public sealed record RoleRule
{
    /// <summary>Kinds, or <c>*</c>.</summary>
    public StringList Resources { get; set; } = [];

    /// <summary>Verbs, or <c>*</c>.</summary>
    public StringList Verbs { get; set; } = [];

    /// <summary>A predicate that must hold too, or <c>null</c>.</summary>
    public string? Where { get; set; }
}
