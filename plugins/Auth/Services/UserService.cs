using Grpc.Core;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Users.V1;
using Teleport.Auth.Kinds;
using Teleport.Auth.Logins;
using Teleport.Auth.Serving;
using Teleport.Auth.Startup;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Services;

/// <summary>Users and the links by which they set their credentials.</summary>
internal sealed class UserService(
    Guard guard, UserKind kind, UserStore users, UserCredentials credentials, InvitationFlow invitations, InvitationUrls urls)
    : Api.Users.V1.UserService.UserServiceBase
{
    public override async Task<InvitationLink> CreateUser(CreateUserRequest request, ServerCallContext context)
    {
        ResourceGrant grant = await guard.RequireAsync(context, ResourceKinds.User, Verbs.Create);
        RequirePerson(request.Name);
        InvitationFlow.Ttl(request.TtlSeconds, isReset: false);
        var user = new User
        {
            Metadata = new ResourceMetadata { Name = request.Name },
            Spec = new UserSpec
            {
                Roles = [.. request.Roles.ToArray()],
                Traits = request.Traits.ToDictionary(static t => t.Key, static t => Values([.. t.Value.Values_])),
            },
        };
        await kind.WriteAsync(grant, user, create: true, context.CancellationToken);
        return await LinkAsync(grant.Caller, request.Name, isReset: false, request.TtlSeconds);
    }

    public override async Task<InvitationLink> ResetUser(ResetUserRequest request, ServerCallContext context)
    {
        ResourceGrant grant = await guard.RequireAsync(context, ResourceKinds.User, Verbs.Update, request.Name);
        RequirePerson(request.Name);
        InvitationFlow.Ttl(request.TtlSeconds, isReset: true);
        if (await users.FindAsync(request.Name, context.CancellationToken) is null)
        {
            throw ResourceStore.NotFound(ResourceKinds.User, request.Name);
        }

        await credentials.RemoveAsync(request.Name);
        return await LinkAsync(grant.Caller, request.Name, isReset: true, request.TtlSeconds);
    }

    private static void RequirePerson(string name)
    {
        if (name.StartsWith(AccessPluginSettings.UserPrefix, StringComparison.Ordinal))
        {
            throw Abstractions.Errors.TeleportException.Invalid(
                $"Names that begin with {AccessPluginSettings.UserPrefix} are those of access plugins, which have no credentials. Create one by: tctl create -f FILE");
        }
    }

    private static StringList Values(string[] values) => [.. values];

    private async Task<InvitationLink> LinkAsync(Caller caller, string userName, bool isReset, long ttlSeconds)
    {
        // The user is there, or without credentials, by now: the link is made even if the caller hung up.
        (Secret token, TimeSpan ttl) = await invitations.CreateAsync(caller, userName, isReset, ttlSeconds, CancellationToken.None);
        (string url, string proxy) = await urls.OfAsync(token, isReset, CancellationToken.None);
        return new InvitationLink { UserName = userName, Token = token.Reveal(), Url = url, TtlSeconds = (long)ttl.TotalSeconds, ProxyAddr = proxy };
    }
}

/// <summary>Where the web page is that a link leads to.</summary>
internal sealed class InvitationUrls(AnnouncedAddresses addresses, string fallbackHost)
{
    public async ValueTask<(string Url, string ProxyAddress)> OfAsync(Secret token, bool isReset, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> proxies = await addresses.ProxiesAsync(cancellationToken);
        // Before a proxy has announced itself, it is most likely on this host.
        string proxy = proxies.Count > 0 ? proxies[0] : $"{fallbackHost}:{Api.AuthProtocol.DefaultProxyPort}";
        return ($"https://{proxy}/web/{(isReset ? "reset" : "invite")}/{token.Reveal()}", proxy);
    }
}
