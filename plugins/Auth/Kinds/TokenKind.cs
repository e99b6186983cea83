using System.Runtime.CompilerServices;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Auth.Joining;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Kinds;

/// <summary>Join tokens as resources. Their name is the secret, so without secrets it is masked.</summary>
internal sealed class TokenKind(TokenStore tokens, TokenBook book, TimeProvider time) : IResourceKind
{
    public string Kind => ResourceKinds.Token;

    public async ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken) =>
        await tokens.FindAsync(name, cancellationToken) is { } found ? found.Token.Token : null;

    public async IAsyncEnumerable<Resource> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (StoredToken stored in await tokens.ListAsync(cancellationToken))
        {
            yield return stored.Token;
        }
    }

    public async ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken)
    {
        var token = (Token)resource;
        if (token.Metadata.Revision is not null)
        {
            throw TeleportException.Invalid("A token has no revision: leave metadata.revision out.");
        }

        Token complete = token with
        {
            Metadata = token.Metadata with { Expires = token.Metadata.Expires ?? time.GetUtcNow() + TokenStore.DefaultTtl },
        };
        await book.CreateAsync(grant, complete, replace: !create, cancellationToken);
        return complete;
    }

    public async ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken) =>
        await book.DeleteAsync(grant, name, cancellationToken);

    public Resource WithoutSecrets(Resource resource) => resource with { Metadata = resource.Metadata with { Name = TokenStore.Mask(resource.Metadata.Name) } };
}
