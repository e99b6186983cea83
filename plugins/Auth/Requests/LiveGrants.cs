using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Requests;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Requests;

/// <summary>Looks at every call whether the requests in a certificate still give something. What was taken away is gone at once, whatever the certificate says.</summary>
internal sealed class LiveGrants(AccessRequestStore requests, UserStore users, TimeProvider time)
{
    /// <summary>The caller without roles of requests that are over.</summary>
    public async ValueTask<Caller> ReduceAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (caller.User is not { ActiveRequests.Count: > 0 } user)
        {
            return caller;
        }

        DateTimeOffset now = time.GetUtcNow();
        var live = new List<AccessRequest>();
        foreach (string id in user.ActiveRequests.Take(GrantedAccess.MaxRequests))
        {
            AccessRequest? request = await requests.FindAsync(id, cancellationToken);
            if (GrantedAccess.Refusal(user.UserName, id, request, now) is null)
            {
                live.Add(request!);
            }
        }

        if (live.Count == user.ActiveRequests.Count)
        {
            return caller;
        }

        User? stored = await users.FindAsync(user.UserName, cancellationToken);
        string[] left = [.. (stored?.Spec.Roles ?? []).Concat(live.SelectMany(static r => r.Spec.Roles))];
        return Caller.Of(user with { Roles = [.. user.Roles.Intersect(left, StringComparer.Ordinal)] }, caller.RemoteAddress);
    }

    /// <summary>What some requests give a user now.</summary>
    public async ValueTask<GrantedAccess> RequireAsync(string userName, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var found = new List<(string, AccessRequest?)>();
        // One more than allowed is enough to be refused.
        foreach (string id in ids.Distinct(StringComparer.Ordinal).Take(GrantedAccess.MaxRequests + 1))
        {
            found.Add((id, await requests.FindAsync(id, cancellationToken)));
        }

        return GrantedAccess.Of(userName, found, time.GetUtcNow());
    }
}
