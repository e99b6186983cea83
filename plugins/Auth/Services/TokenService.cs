using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Tokens.V1;
using Teleport.Auth.Joining;
using Teleport.Auth.Options;
using Teleport.Auth.Serving;
using Teleport.Auth.Startup;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Services;

/// <summary>Join tokens.</summary>
internal sealed class TokenService(
    Guard guard, TokenStore tokens, TokenBook book, JoinTokens known, ClusterAuthorities authorities, AnnouncedAddresses addresses, TimeProvider time)
    : Api.Tokens.V1.TokenService.TokenServiceBase
{
    public override async Task<JoinToken> CreateToken(CreateTokenRequest request, ServerCallContext context)
    {
        ResourceGrant grant = await guard.RequireAsync(context, ResourceKinds.Token, Verbs.Create);
        if (request.TtlSeconds < 0 || request.TtlSeconds > (long)TokenStore.LongestTtl.TotalSeconds)
        {
            throw TeleportException.Invalid("The life of a token must be positive and at most 48h.");
        }

        TimeSpan ttl = request.TtlSeconds == 0 ? TokenStore.DefaultTtl : TimeSpan.FromSeconds(request.TtlSeconds);
        using Secret made = Secret.Random();
        var token = new Token
        {
            Metadata = new ResourceMetadata { Name = request.Value.Length > 0 ? request.Value : made.Reveal(), Expires = time.GetUtcNow() + ttl },
            Spec = new TokenSpec
            {
                Roles = [.. request.Roles.Select(SystemRoleNames.Parse).Distinct()], MaxUses = request.MaxUses == 0 ? null : request.MaxUses,
            },
        };
        await book.CreateAsync(grant, token, replace: false, context.CancellationToken);
        JoinToken answer = Describe(token.Metadata.Name, token.Spec.Roles, token.Metadata.Expires, isStatic: false);
        answer.CaPins.Add(authorities.Current.HostPins);
        answer.AuthAddrs.Add(await addresses.AuthServersAsync(CancellationToken.None));
        answer.ProxyAddrs.Add(await addresses.ProxiesAsync(CancellationToken.None));
        return answer;
    }

    public override async Task<ListTokensResponse> ListTokens(ListTokensRequest request, ServerCallContext context)
    {
        await guard.RequireAsync(context, ResourceKinds.Token, Verbs.List);
        if (request.WithSecrets)
        {
            await guard.RequireAsync(context, ResourceKinds.Token, Verbs.Read);
        }

        var response = new ListTokensResponse();
        foreach (StaticTokenLine line in known.Static)
        {
            response.Tokens.Add(Describe(TokenStore.Mask(line.Token.Reveal()), line.Roles, expires: null, isStatic: true));
        }

        foreach (StoredToken stored in await tokens.ListAsync(context.CancellationToken))
        {
            string name = stored.Token.Metadata.Name;
            response.Tokens.Add(Describe(
                request.WithSecrets ? name : TokenStore.Mask(name), stored.Token.Spec.Roles, stored.Token.Metadata.Expires, isStatic: false));
        }

        return response;
    }

    public override async Task<DeleteTokenResponse> DeleteToken(DeleteTokenRequest request, ServerCallContext context)
    {
        ResourceGrant grant = await guard.RequireAsync(context, ResourceKinds.Token, Verbs.Delete);
        await book.DeleteAsync(grant, request.Token, context.CancellationToken);
        return new DeleteTokenResponse();
    }

    private static JoinToken Describe(string token, IEnumerable<SystemRole> roles, DateTimeOffset? expires, bool isStatic) => new()
    {
        Token = token,
        Roles = { roles.Select(static r => r.ToString()) },
        ExpiresUnixSeconds = expires?.ToUnixTimeSeconds() ?? 0,
        IsStatic = isStatic,
    };
}
