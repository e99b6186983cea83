using Teleport.Abstractions.Security;

namespace Teleport.Access;

/// <summary>What roles say of the certificates of their holders.</summary>
public static class CertificateRules
{
    /// <summary>No user certificate lives longer.</summary>
    public static readonly TimeSpan LongestTtl = TimeSpan.FromHours(30);

    /// <summary>No certificate is issued for less.</summary>
    public static readonly TimeSpan ShortestTtl = TimeSpan.FromMinutes(1);

    /// <summary>The life of a certificate: what was wished, within what every role allows.</summary>
    /// <param name="roles">The holder's roles.</param>
    /// <param name="wished">What the client asked for; <c>null</c>: nothing.</param>
    /// <param name="fallback">The life when nothing was asked for.</param>
    public static TimeSpan Ttl(RoleSet roles, TimeSpan? wished, TimeSpan fallback)
    {
        ArgumentNullException.ThrowIfNull(roles);
        TimeSpan ttl = wished ?? fallback;
        foreach (ResolvedRole role in roles.Roles)
        {
            if (role.Options.MaxSessionTtl is { } text && Durations.Parse(text, "max_session_ttl") is { } limit && limit < ttl)
            {
                ttl = limit;
            }
        }

        return ttl > LongestTtl ? LongestTtl : ttl < ShortestTtl ? ShortestTtl : ttl;
    }

    /// <summary>The identity with the permissions that its roles give, to be put into a certificate.</summary>
    public static UserIdentity WithPermissions(RoleSet roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return roles.Identity with
        {
            Principals = Logins.AllowedBy(roles),
            PermitPty = true,
            PermitPortForwarding = Permissions.MayForwardPorts(roles),
            PermitAgentForwarding = Permissions.MayForwardAgent(roles),
            PermitX11Forwarding = Permissions.MayForwardX11(roles),
        };
    }

    /// <summary>Whether some role asks for certificates without our extensions.</summary>
    public static bool WantsOldFormat(RoleSet roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return roles.Roles.Any(static role => role.Options.CertFormat == "oldssh");
    }

    /// <summary>Whether some role binds certificates to the address of the login.</summary>
    public static bool PinsSourceAddress(RoleSet roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return roles.Roles.Any(static role => role.Options.PinSourceIp == true);
    }
}
