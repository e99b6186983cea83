using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Joining;

/// <summary>Makes and deletes dynamic tokens, on record.</summary>
internal sealed class TokenBook(TokenStore tokens, JoinTokens known, AuditPipeline audit)
{
    public async ValueTask CreateAsync(ResourceGrant grant, Token token, bool replace, CancellationToken cancellationToken)
    {
        await tokens.CreateAsync(token, replace, cancellationToken);
        await audit.EmitAsync(new TokenCreatedEvent
        {
            User = grant.Caller.Name,
            RemoteAddress = grant.Caller.RemoteAddress,
            Roles = [.. token.Spec.Roles.Select(static r => r.ToString())],
            Expires = token.Metadata.Expires,
        });
    }

    public async ValueTask DeleteAsync(ResourceGrant grant, string secret, CancellationToken cancellationToken)
    {
        if (!await tokens.DeleteAsync(secret, cancellationToken))
        {
            using var asked = new Secret(secret);
            throw known.Static.Any(line => line.Token.Equals(asked))
                ? TeleportException.Conflict("That token is set by the configuration file of the auth server. Remove it there, and restart.")
                : TeleportException.NotFound($"token \"{TokenStore.Mask(secret)}\" is not found");
        }

        await audit.EmitAsync(new TokenDeletedEvent
        {
            User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress, MaskedName = TokenStore.Mask(secret),
        });
    }
}
