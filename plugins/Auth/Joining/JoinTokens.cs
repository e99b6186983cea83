using System.Security.Cryptography;
using System.Text;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Options;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Joining;

/// <summary>Which tokens let whom in: dynamic ones of the backend, static ones of the file, and the one of this process.</summary>
internal sealed class JoinTokens(TokenStore dynamicTokens, IReadOnlyList<StaticTokenLine> staticTokens, LocalJoinToken local)
{
    private readonly (byte[] Hash, StaticTokenLine Line)[] _static = [.. staticTokens.Select(static line => (Hash(line.Token.Reveal()), line))];

    /// <summary>The static tokens, to be listed.</summary>
    public IReadOnlyList<StaticTokenLine> Static => staticTokens;

    /// <summary>What a token is good for. Takes the same time for every value that is none.</summary>
    public async ValueTask<TokenOutcome> CheckAsync(string secret, SystemRole role, CancellationToken cancellationToken)
    {
        byte[] hash = Hash(secret);
        StaticTokenLine? line = null;
        foreach ((byte[] known, StaticTokenLine candidate) in _static)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known))
            {
                line = candidate;
            }
        }

        bool isLocal = CryptographicOperations.FixedTimeEquals(hash, Hash(local.Secret.Reveal()));
        (StoredToken Token, BackendItem Item)? stored = await dynamicTokens.FindAsync(secret, cancellationToken);
        IReadOnlyList<SystemRole>? roles = isLocal ? local.Roles : line?.Roles ?? stored?.Token.Token.Spec.Roles;
        if (roles is null)
        {
            return TokenOutcome.Refuse("the token is unknown or its time is over");
        }

        if (!roles.Contains(role))
        {
            return TokenOutcome.Refuse($"the token is good for {string.Join(", ", roles)} and not for {role}");
        }

        (BackendCondition Condition, BackendOperation? Operation)? use =
            !isLocal && line is null && stored is { } found ? dynamicTokens.Use(found.Token, found.Item) : null;
        return new TokenOutcome(Error: null, isLocal, use?.Condition, use?.Operation);
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

/// <summary>The token of this process, offered to the roles that run in it.</summary>
internal sealed record LocalJoinToken(Secret Secret, IReadOnlyList<SystemRole> Roles);

/// <summary>What came of a token.</summary>
/// <param name="Error">For the audit log only; <c>null</c>: it lets the joiner in.</param>
/// <param name="IsLocal">Whether it is the token of this process.</param>
/// <param name="Condition">What the commit that registers the host relies on.</param>
/// <param name="Operation">What that commit does to the token.</param>
internal sealed record TokenOutcome(string? Error, bool IsLocal, BackendCondition? Condition, BackendOperation? Operation)
{
    public static TokenOutcome Refuse(string error) => new(error, false, null, null);
}
