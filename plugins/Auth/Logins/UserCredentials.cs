using Teleport.Abstractions.Resources;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Logins;

/// <summary>What hangs on a user besides the resource: credentials, links, limits of attempts.</summary>
internal sealed class UserCredentials(CredentialConnectors connectors, InvitationStore invitations, AttemptStore attempts)
{
    /// <summary>Takes away whatever the user could log in by.</summary>
    public async Task RemoveAsync(string userName)
    {
        // Not cancelled half-way: a user without credentials and with an old link would be worse than a slow answer.
        await invitations.RemoveAllAsync(userName, CancellationToken.None);
        await connectors.Local.RemoveAsync(userName, CancellationToken.None);
        await attempts.SucceededAsync(AttemptSubject.User(userName), CancellationToken.None);
    }

    /// <summary>The user with what the system noted.</summary>
    public async ValueTask<User> WithStatusAsync(User user, CancellationToken cancellationToken)
    {
        DateTimeOffset? until = await attempts.LockedUntilAsync(AttemptSubject.User(user.Metadata.Name), cancellationToken);
        return until is null ? user : user with { Status = (user.Status ?? new UserStatus()) with { IsLocked = true, LockExpires = until } };
    }
}
