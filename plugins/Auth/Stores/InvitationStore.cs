using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>Links by which users set their credentials, found by the hash of the secret in them; each works once.</summary>
internal sealed class InvitationStore(IBackend backend, TimeProvider time)
{
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(1);
    private readonly RecordStore<StoredInvitation> _records = new(backend, AuthRecords.Default.StoredInvitation);

    /// <summary>Makes a link, in place of all earlier ones of the user.</summary>
    public async ValueTask<Secret> CreateAsync(string userName, bool isReset, TimeSpan ttl, CancellationToken cancellationToken)
    {
        await RemoveAllAsync(userName, cancellationToken);
        Secret secret = Secret.Random();
        BackendOperation put = _records.Put(Keys.Invitation(secret.Reveal()), new StoredInvitation(userName, isReset), time.GetUtcNow() + ttl);
        await backend.CommitAsync(new BackendCommit([], [put]), cancellationToken);
        return secret;
    }

    /// <summary>The invitation of a secret and when it ends.</summary>
    /// <exception cref="TeleportException">Code <c>not_found</c>.</exception>
    public async ValueTask<(StoredInvitation Invitation, DateTimeOffset Expires)> GetAsync(string secret, CancellationToken cancellationToken) =>
        await backend.GetAsync(Keys.Invitation(secret), cancellationToken) is { } item
            ? (_records.Read(item), item.Expires ?? DateTimeOffset.MaxValue)
            : throw Gone();

    /// <summary>Takes the invitation, so that nobody else can use it meanwhile.</summary>
    public async ValueTask<StoredInvitation> ClaimAsync(string secret, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        StoredInvitation? claimed = await _records.ChangeAsync(
            Keys.Invitation(secret),
            present => present switch
            {
                null => throw Gone(),
                { ClaimedUntil: { } until } when until > now => throw TeleportException.Conflict("This link is being used at this very moment."),
                _ => (present with { ClaimedUntil = now + Claim }, expires),
            },
            cancellationToken);
        return claimed!;
    }

    /// <summary>Gives a claimed invitation back, because nothing was set.</summary>
    public async ValueTask ReleaseAsync(string secret, DateTimeOffset expires, CancellationToken cancellationToken) =>
        await _records.ChangeAsync(
            Keys.Invitation(secret), present => (present is null ? null : present with { ClaimedUntil = null }, expires), cancellationToken);

    /// <summary>The invitation has done its work.</summary>
    public async ValueTask BurnAsync(string secret, CancellationToken cancellationToken) =>
        await _records.ChangeAsync(Keys.Invitation(secret), static _ => (null, null), cancellationToken);

    public async ValueTask RemoveAllAsync(string userName, CancellationToken cancellationToken)
    {
        await foreach (BackendItem item in backend.ListAsync(Keys.Invitations, cancellationToken))
        {
            if (_records.Read(item).UserName == userName)
            {
                await backend.CommitAsync(new BackendCommit([], [BackendOperation.Delete(item.Key)]), cancellationToken);
            }
        }
    }

    private static TeleportException Gone() =>
        TeleportException.NotFound("This link is not valid: it was used already, or its time is over. Ask an administrator for a new one.");
}
