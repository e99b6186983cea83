using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;

namespace Teleport.Access;

/// <summary>Checks roles before they are stored: patterns, templates, predicates and durations included.</summary>
public static class RoleValidation
{
    /// <summary>Checks a role.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: names the field and what would be right.</exception>
    public static void Validate(Role role)
    {
        ArgumentNullException.ThrowIfNull(role);
        ResolvedRole.Validate(role);
    }
}
