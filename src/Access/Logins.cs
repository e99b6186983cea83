namespace Teleport.Access;

/// <summary>The logins that roles allow on some node or other; they become the principals of certificates.</summary>
public static class Logins
{
    /// <summary>Logins that some role allows and none denies outright, sorted.</summary>
    public static IReadOnlyList<string> AllowedBy(RoleSet roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        if (roles.Roles.Any(static role => role.Deny.AnyLogin))
        {
            return [];
        }

        return
        [
            .. roles.Roles.SelectMany(static role => role.Allow.Logins)
                .Except(roles.Roles.SelectMany(static role => role.Deny.Logins), StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }
}
