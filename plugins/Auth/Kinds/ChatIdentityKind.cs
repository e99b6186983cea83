using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Kinds;

/// <summary>Links of chat accounts to users. An account has one user, and a user one account of a tenant: two people are never one voice, nor one two.</summary>
internal sealed class ChatIdentityKind(ResourceStore resources, UserStore users, AuditPipeline audit, TimeProvider time) : IResourceKind
{
    public string Kind => ResourceKinds.ChatIdentity;

    public async ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken) =>
        await resources.FindAsync<ChatIdentity>(Kind, name, cancellationToken);

    public IAsyncEnumerable<Resource> ListAsync(CancellationToken cancellationToken) => resources.ListAsync(Kind, cancellationToken);

    public async ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken)
    {
        ChatIdentity complete = Complete(grant, (ChatIdentity)resource);
        ChatIdentitySpec spec = complete.Spec;
        if (spec.User.StartsWith(AccessPluginSettings.UserPrefix, StringComparison.Ordinal) || await users.FindAsync(spec.User, cancellationToken) is null)
        {
            throw TeleportException.Invalid($"spec.user of chat_identity is \"{spec.User}\", and there is no such person among the users.");
        }

        BackendKey key = ResourceStore.KeyOf(complete);
        BackendKey voice = Keys.ChatUser(spec.Provider, spec.Tenant, spec.User);
        BackendItem? present = await resources.Backend.GetAsync(key, cancellationToken);
        if (present is not null && create)
        {
            throw ResourceStore.AlreadyExists(Kind, complete.Metadata.Name);
        }

        if (present is not null && ((ChatIdentity)ResourceStore.FromItem(Kind, present)).Spec.User != spec.User)
        {
            throw TeleportException.Conflict(
                $"The account is linked to another user. If that is wrong, first remove the link: tctl rm {Kind}/{complete.Metadata.Name}");
        }

        BackendItem? other = await resources.Backend.GetAsync(voice, cancellationToken);
        if (other is not null && System.Text.Encoding.UTF8.GetString(other.Value.Span) != complete.Metadata.Name)
        {
            throw TeleportException.Conflict(
                $"user \"{spec.User}\" is linked to another account of that {spec.Provider} tenant. First remove that link: tctl rm {Kind}/{System.Text.Encoding.UTF8.GetString(other.Value.Span)}");
        }

        try
        {
            long revision = await resources.Backend.CommitAsync(
                new BackendCommit(
                    [Unchanged(key, present), Unchanged(voice, other)],
                    [ResourceStore.Put(complete), BackendOperation.Put(voice, System.Text.Encoding.UTF8.GetBytes(complete.Metadata.Name), complete.Metadata.Expires)]),
                cancellationToken);
            await audit.EmitAsync(Event(grant, complete));
            return ResourceStore.WithRevision(complete, revision);
        }
        catch (BackendConflictException)
        {
            throw ResourceStore.Changed(Kind, complete.Metadata.Name);
        }
    }

    public async ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken)
    {
        ChatIdentity present = await resources.FindAsync<ChatIdentity>(Kind, name, cancellationToken) ?? throw ResourceStore.NotFound(Kind, name);
        ChatIdentitySpec spec = present.Spec;
        await resources.Backend.CommitAsync(
            new BackendCommit([], [BackendOperation.Delete(ResourceStore.KeyOf(present)), BackendOperation.Delete(Keys.ChatUser(spec.Provider, spec.Tenant, spec.User))]),
            cancellationToken);
        await audit.EmitAsync(Event(grant, present) with { IsDeleted = true });
    }

    public Resource WithoutSecrets(Resource resource) => resource;

    private ChatIdentity Complete(ResourceGrant grant, ChatIdentity identity)
    {
        string name = ChatIdentity.NameOf(identity.Spec.Provider, identity.Spec.Tenant, identity.Spec.UserId);
        ChatIdentity complete = identity with
        {
            // The name follows from the account: people leave it out, or write what they like.
            Metadata = identity.Metadata with { Name = name },
            Spec = identity.Spec with { Created = time.GetUtcNow(), LinkedBy = grant.Caller.Name },
        };
        complete.Validate();
        return complete;
    }

    private static BackendCondition Unchanged(BackendKey key, BackendItem? item) =>
        item is null ? BackendCondition.Missing(key) : BackendCondition.Unchanged(item);

    private AccessPluginResourceEvent Event(ResourceGrant grant, ChatIdentity identity) => new()
    {
        Kind = Kind, Name = identity.Metadata.Name, User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress, ChatUser = identity.Spec.User,
    };
}
