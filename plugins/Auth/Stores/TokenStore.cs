using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>Dynamic join tokens, found by the hash of the secret.</summary>
internal sealed class TokenStore(IBackend backend, TimeProvider time)
{
    /// <summary>Longest life of a token.</summary>
    public static readonly TimeSpan LongestTtl = TimeSpan.FromHours(48);

    /// <summary>Life when none is asked for.</summary>
    public static readonly TimeSpan DefaultTtl = TimeSpan.FromHours(1);

    private const int ShortestValue = 8;
    private readonly RecordStore<StoredToken> _records = new(backend, AuthRecords.Default.StoredToken);

    public async ValueTask CreateAsync(Token token, bool replace, CancellationToken cancellationToken)
    {
        Validate(token);
        BackendKey key = Keys.Token(token.Metadata.Name);
        BackendCondition[] conditions = replace ? [] : [BackendCondition.Missing(key)];
        try
        {
            BackendOperation put = _records.Put(key, new StoredToken(token, 0), token.Metadata.Expires);
            await backend.CommitAsync(new BackendCommit(conditions, [put]), cancellationToken);
        }
        catch (BackendConflictException)
        {
            throw TeleportException.Conflict("That token exists already; choose another value, or let one be made up.");
        }
    }

    /// <summary>The token of a secret, with the item it came from; <c>null</c>: there is none, or its time is over.</summary>
    public async ValueTask<(StoredToken Token, BackendItem Item)?> FindAsync(string secret, CancellationToken cancellationToken) =>
        await backend.GetAsync(Keys.Token(secret), cancellationToken) is { } item ? (_records.Read(item), item) : null;

    public async ValueTask<List<StoredToken>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<StoredToken>();
        await foreach (BackendItem item in backend.ListAsync(Keys.Tokens, cancellationToken))
        {
            all.Add(_records.Read(item));
        }

        return all;
    }

    public async ValueTask<bool> DeleteAsync(string secret, CancellationToken cancellationToken)
    {
        try
        {
            await backend.DeleteAsync(Keys.Token(secret), cancellationToken);
            return true;
        }
        catch (BackendConflictException)
        {
            return false;
        }
    }

    /// <summary>What a commit must do and rely on, so that a host joins by a token only as often as the token allows.</summary>
    public (BackendCondition Condition, BackendOperation? Operation) Use(StoredToken token, BackendItem item)
    {
        // Unlimited tokens are only looked at, so that joins at the same moment do not get in each other's way.
        int uses = token.Uses + 1;
        BackendOperation? operation = token.Token.Spec.MaxUses is not { } limit ? null
            : uses >= limit ? BackendOperation.Delete(item.Key)
            : _records.Put(item.Key, token with { Uses = uses }, item.Expires);
        return (BackendCondition.Unchanged(item), operation);
    }

    /// <summary>A token as it may be shown: its first characters and asterisks.</summary>
    public static string Mask(string secret)
    {
        int shown = Math.Min(4, secret.Length / 4);
        return secret[..shown] + new string('*', Math.Clamp(secret.Length - shown, 4, 28));
    }

    private void Validate(Token token)
    {
        token.Validate();
        if (token.Metadata.Name.Length < ShortestValue)
        {
            throw TeleportException.Invalid($"A token has at least {ShortestValue} characters; leave it out and one will be made up.");
        }

        if (token.Spec.Roles.Count == 0 || token.Spec.Roles.Contains(SystemRole.Admin))
        {
            throw TeleportException.Invalid($"spec.roles of a token names what its holder may become: {Options.SystemRoleNames.Choices}.");
        }

        if (token.Spec.JoinMethod != "token")
        {
            throw TeleportException.Invalid($"spec.join_method is \"{token.Spec.JoinMethod}\"; only \"token\" is supported.");
        }

        if (token.Spec.MaxUses is < 1)
        {
            throw TeleportException.Invalid("spec.max_uses must be at least 1.");
        }

        DateTimeOffset now = time.GetUtcNow();
        if (token.Metadata.Expires is not { } expires || expires <= now || expires > now + LongestTtl + TimeSpan.FromMinutes(1))
        {
            throw TeleportException.Invalid("metadata.expires of a token must be within the next 48 hours.");
        }
    }
}
