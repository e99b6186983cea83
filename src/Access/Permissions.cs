using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access;

/// <summary>What all roles of an identity, its certificate and the cluster's settings together allow a session.</summary>
internal static class Permissions
{
    public static SessionPermissions Of(RoleSet roles, AuthPreferenceSpec preference, NetworkingConfigSpec networking)
    {
        IReadOnlyList<RoleOptions> options = [.. roles.Roles.Select(static role => role.Options)];
        UserIdentity identity = roles.Identity;
        // Access by request ends when it ends, whatever else holds; its certificate ends no later.
        bool disconnect = identity.ActiveRequests.Count > 0 || preference.DisconnectExpiredCert || options.Any(static o => o.DisconnectExpiredCert == true);
        return new SessionPermissions
        {
            PortForwarding = identity.PermitPortForwarding && MayForwardPorts(roles),
            AgentForwarding = identity.PermitAgentForwarding && MayForwardAgent(roles),
            X11Forwarding = identity.PermitX11Forwarding && MayForwardX11(roles),
            FileCopy = options.All(static o => o.SshFileCopy != false),
            IdleTimeout = Smallest(
            [
                networking.ClientIdleTimeout is { } idle ? Durations.Parse(idle, "client_idle_timeout") : null,
                .. options.Select(static o => o.ClientIdleTimeout is { } own ? Durations.Parse(own, "client_idle_timeout") : null),
            ]),
            DisconnectAt = disconnect ? identity.Expires : null,
            MaxSessions = options.Where(static o => o.MaxSessions > 0).Min(static o => o.MaxSessions) ?? 0,
        };
    }

    public static bool MayForwardPorts(RoleSet roles) => roles.Roles.Any(static role => role.Options.PortForwarding != false);

    public static bool MayForwardAgent(RoleSet roles) => roles.Roles.Any(static role => role.Options.ForwardAgent == true);

    public static bool MayForwardX11(RoleSet roles) => roles.Roles.Any(static role => role.Options.PermitX11Forwarding == true);

    private static TimeSpan? Smallest(IEnumerable<TimeSpan?> spans) => spans.Where(static span => span is not null).Min();
}
