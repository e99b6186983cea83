using Grpc.Core;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Serving;

/// <summary>Asks the rules whether the caller may do something with resources, and puts refusals on record.</summary>
internal sealed class Guard(RoleStore roles, AuditPipeline audit)
{
    /// <summary>The proof that the caller may.</summary>
    /// <exception cref="Abstractions.Errors.TeleportException">Code <c>access_denied</c>.</exception>
    public async ValueTask<ResourceGrant> RequireAsync(
        ServerCallContext context,
        string kind,
        string verb,
        string? name = null,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? variables = null)
    {
        Caller caller = context.GetCaller();
        RoleSet? set = await RolesOfAsync(caller, context.CancellationToken);
        AccessDecision<ResourceGrant> decision = Check(caller, set, kind, verb, name, variables);
        if (!decision.IsAllowed)
        {
            await DenyAsync(caller, kind, verb);
        }

        return decision.Require();
    }

    /// <summary>The user's roles as they are now; <c>null</c> for a host.</summary>
    public async ValueTask<RoleSet?> RolesOfAsync(Caller caller, CancellationToken cancellationToken) =>
        caller.User is { } user ? await roles.ResolveAsync(user, cancellationToken) : null;

    public static AccessDecision<ResourceGrant> Check(
        Caller caller,
        RoleSet? roles,
        string kind,
        string verb,
        string? name = null,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? variables = null) =>
        roles is null ? ResourceAccess.Check(caller, kind, verb, name) : ResourceAccess.Check(caller, roles, kind, verb, name, variables);

    /// <summary>Puts a refusal on record.</summary>
    public Task DenyAsync(Caller caller, string kind, string verb) => audit.EmitAsync(new AccessDeniedEvent
    {
        User = caller.Name, RemoteAddress = caller.RemoteAddress, ResourceKind = kind, Verb = verb,
    });
}
