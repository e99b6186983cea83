using System.Collections.Immutable;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Requests;
using Teleport.Pki.Authorities;

namespace Teleport.Agent;

/// <summary>The cluster's state as a service last heard it. Immutable.</summary>
public sealed record ClusterSnapshot
{
    /// <summary>The cluster's name.</summary>
    public required string ClusterName { get; init; }

    /// <summary>Roles by name.</summary>
    public ImmutableDictionary<string, Role> Roles { get; init; } = ImmutableDictionary<string, Role>.Empty;

    /// <summary>Nodes by host id.</summary>
    public ImmutableDictionary<string, Server> Nodes { get; init; } = ImmutableDictionary<string, Server>.Empty;

    /// <summary>Proxies by host id.</summary>
    public ImmutableDictionary<string, Server> Proxies { get; init; } = ImmutableDictionary<string, Server>.Empty;

    /// <summary>Auth servers by host id.</summary>
    public ImmutableDictionary<string, Server> AuthServers { get; init; } = ImmutableDictionary<string, Server>.Empty;

    /// <summary>Authorities by name, without private keys.</summary>
    public ImmutableDictionary<string, CertAuthority> Authorities { get; init; } = ImmutableDictionary<string, CertAuthority>.Empty;

    /// <summary>Approved access requests by id, without texts. What is not here gives nothing.</summary>
    public ImmutableDictionary<string, AccessRequest> AccessRequests { get; init; } = ImmutableDictionary<string, AccessRequest>.Empty;

    /// <summary>Who vouches for users.</summary>
    public TrustedAuthorities UserAuthorities { get; init; } = TrustedAuthorities.Of([], AuthorityType.User);

    /// <summary>Who vouches for hosts.</summary>
    public TrustedAuthorities HostAuthorities { get; init; } = TrustedAuthorities.Of([], AuthorityType.Host);

    /// <summary>How users log in.</summary>
    public AuthPreferenceSpec AuthPreference { get; init; } = new();

    /// <summary>How connections are kept.</summary>
    public NetworkingConfigSpec Networking { get; init; } = new();

    /// <summary>Where sessions are recorded.</summary>
    public RecordingConfigSpec Recording { get; init; } = new();

    /// <summary>Finds a role.</summary>
    public Role? FindRole(string name) => Roles.GetValueOrDefault(name);

    /// <summary>Why a request in a user's certificate gives no access any more, for the user; <c>null</c>: all of them do, or there is none.</summary>
    public string? EndedGrant(UserIdentity identity, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.ActiveRequests
            .Select(id => GrantedAccess.Refusal(identity.UserName, id, AccessRequests.GetValueOrDefault(id), now))
            .FirstOrDefault(static refusal => refusal is not null);
    }

    internal ClusterSnapshot With(Resource resource)
    {
        string name = resource.Metadata.Name;
        return resource switch
        {
            Role role => this with { Roles = Roles.SetItem(name, role) },
            Server { Kind: ResourceKinds.Node } node => this with { Nodes = Nodes.SetItem(name, node) },
            Server { Kind: ResourceKinds.Proxy } proxy => this with { Proxies = Proxies.SetItem(name, proxy) },
            Server { Kind: ResourceKinds.AuthServer } server => this with { AuthServers = AuthServers.SetItem(name, server) },
            AccessRequest request => this with { AccessRequests = AccessRequests.SetItem(name, request) },
            CertAuthority authority => WithAuthorities(Authorities.SetItem(name, authority)),
            AuthPreference preference => this with { AuthPreference = preference.Spec },
            NetworkingConfig networking => this with { Networking = networking.Spec },
            RecordingConfig recording => this with { Recording = recording.Spec },
            _ => this,
        };
    }

    /// <summary>Notes something that cannot be read. What a role denies would be forgotten with it, so it denies everything.</summary>
    internal ClusterSnapshot WithUnknown(string kind, string name) => kind == ResourceKinds.Role
        ? this with { Roles = Roles.SetItem(name, DenyAll(name)) }
        : Without(kind, name);

    internal ClusterSnapshot Without(string kind, string name) => kind switch
    {
        ResourceKinds.Role => this with { Roles = Roles.Remove(name) },
        ResourceKinds.Node => this with { Nodes = Nodes.Remove(name) },
        ResourceKinds.Proxy => this with { Proxies = Proxies.Remove(name) },
        ResourceKinds.AuthServer => this with { AuthServers = AuthServers.Remove(name) },
        ResourceKinds.AccessRequest => this with { AccessRequests = AccessRequests.Remove(name) },
        ResourceKinds.CertAuthority => WithAuthorities(Authorities.Remove(name)),
        ResourceKinds.AuthPreference => this with { AuthPreference = new AuthPreferenceSpec() },
        ResourceKinds.NetworkingConfig => this with { Networking = new NetworkingConfigSpec() },
        ResourceKinds.RecordingConfig => this with { Recording = new RecordingConfigSpec() },
        _ => this,
    };

    private static Role DenyAll(string name)
    {
        var everything = new Dictionary<string, StringList>(StringComparer.Ordinal) { ["*"] = ["*"] };
        return new Role
        {
            Metadata = new ResourceMetadata { Name = name },
            Spec = new RoleSpec
            {
                Deny = new RoleConditions
                {
                    Logins = ["*"],
                    NodeLabels = everything,
                    AppLabels = everything,
                    KubernetesLabels = everything,
                    DbLabels = everything,
                    ClusterLabels = everything,
                    Rules = [new RoleRule { Resources = ["*"], Verbs = ["*"] }],
                },
            },
        };
    }

    private ClusterSnapshot WithAuthorities(ImmutableDictionary<string, CertAuthority> authorities) => this with
    {
        Authorities = authorities,
        UserAuthorities = TrustedAuthorities.Of(authorities.Values, AuthorityType.User),
        HostAuthorities = TrustedAuthorities.Of(authorities.Values, AuthorityType.Host),
    };
}
