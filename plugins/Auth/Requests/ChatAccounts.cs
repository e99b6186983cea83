using System.Text;
using Teleport.Abstractions.Resources;
using Teleport.Api.Requests.V1;
using Teleport.Auth.Logins;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Requests;

/// <summary>Says which user an account of a chat service is. The first source that yields exactly one user wins; two users from one source are nobody.</summary>
internal sealed class ChatAccounts(ResourceStore resources, UserStore users, UserCredentials credentials)
{
    /// <summary>Maps an account.</summary>
    /// <returns>The user and the source, or why there is none, for operators.</returns>
    public async ValueTask<ChatMapping> MapAsync(AccessPluginSpec plugin, ChatAccount account, CancellationToken cancellationToken)
    {
        if (account.UserId.Length is 0 or > ResourceMetadata.MaxNameLength || account.Tenant.Length > ResourceMetadata.MaxNameLength)
        {
            return ChatMapping.Nobody("the account has no id that could be somebody's");
        }

        if (!account.IsFullMember)
        {
            return ChatMapping.Nobody("the account is a guest's, a bot's, a stranger's or deactivated");
        }

        if (plugin.Tenants.Count == 0 ? account.Tenant.Length > 0 : !plugin.Tenants.Contains(account.Tenant, StringComparer.Ordinal))
        {
            return ChatMapping.Nobody($"the tenant \"{account.Tenant}\" is not among those of the plugin");
        }

        foreach (string source in plugin.IdentitySources)
        {
            ChatMapping mapping = source switch
            {
                "linked" => await LinkedAsync(plugin, account, cancellationToken),
                "trait" => await ByTraitAsync(plugin, account, cancellationToken),
                "map" => ByMap(plugin, account),
                "email" => await ByEmailAsync(plugin, account, cancellationToken),
                _ => ChatMapping.Nobody($"the identity source \"{source}\" is unknown"),
            };
            if (mapping.User is { } user)
            {
                return await CheckAsync(user, mapping, cancellationToken);
            }

            if (mapping.IsFinal)
            {
                return mapping;
            }
        }

        return ChatMapping.Nobody("no identity source knows the account");
    }

    private async ValueTask<ChatMapping> LinkedAsync(AccessPluginSpec plugin, ChatAccount account, CancellationToken cancellationToken)
    {
        string name = ChatIdentity.NameOf(plugin.Provider, account.Tenant, account.UserId);
        ChatIdentity? linked = await resources.FindAsync<ChatIdentity>(ResourceKinds.ChatIdentity, name, cancellationToken);
        return linked is not null
            && linked.Spec.Provider == plugin.Provider && linked.Spec.Tenant == account.Tenant && linked.Spec.UserId == account.UserId
            ? ChatMapping.To(linked.Spec.User, "linked")
            : ChatMapping.Unknown;
    }

    private async ValueTask<ChatMapping> ByTraitAsync(AccessPluginSpec plugin, ChatAccount account, CancellationToken cancellationToken)
    {
        List<User> all = await resources.ListAllAsync<User>(ResourceKinds.User, cancellationToken);
        User[] matching = [.. all.Where(u => TraitOf(u, plugin.Trait).Contains(account.UserId, StringComparer.Ordinal))];
        return matching.Length switch
        {
            0 => ChatMapping.Unknown,
            > 1 => ChatMapping.Nobody($"several users have the account in the trait {plugin.Trait}"),
            // Two accounts of one user would be two people for one voice.
            _ when TraitOf(matching[0], plugin.Trait).Count > 1 => ChatMapping.Nobody($"user \"{matching[0].Metadata.Name}\" has several accounts in the trait {plugin.Trait}"),
            _ => ChatMapping.To(matching[0].Metadata.Name, "trait"),
        };
    }

    private static ChatMapping ByMap(AccessPluginSpec plugin, ChatAccount account)
    {
        IReadOnlyDictionary<string, string> map = plugin.Identities ?? new Dictionary<string, string>();
        return !map.TryGetValue(account.UserId, out string? user) ? ChatMapping.Unknown
            : map.Values.Count(other => string.Equals(other, user, StringComparison.Ordinal)) > 1
                ? ChatMapping.Nobody($"several accounts are mapped to user \"{user}\"")
                : ChatMapping.To(user, "map");
    }

    private async ValueTask<ChatMapping> ByEmailAsync(AccessPluginSpec plugin, ChatAccount account, CancellationToken cancellationToken)
    {
        string address = account.ConfirmedEmail;
        int at = address.LastIndexOf('@');
        // No look-alike letters, no tricks with plus signs: both sides are equal but for ASCII case, or it is somebody else.
        if (at <= 0 || address.IndexOf('@', StringComparison.Ordinal) != at || !Ascii.IsValid(address)
            || !plugin.EmailDomains.Any(domain => Ascii.EqualsIgnoreCase(domain, address.AsSpan(at + 1))))
        {
            return ChatMapping.Unknown;
        }

        List<User> all = await resources.ListAllAsync<User>(ResourceKinds.User, cancellationToken);
        User[] matching = [.. all.Where(u => Ascii.EqualsIgnoreCase(u.Metadata.Name, address))];
        return matching.Length switch
        {
            0 => ChatMapping.Unknown,
            1 => ChatMapping.To(matching[0].Metadata.Name, "email"),
            _ => ChatMapping.Nobody("several users are named like the address"),
        };
    }

    private async ValueTask<ChatMapping> CheckAsync(string name, ChatMapping mapping, CancellationToken cancellationToken)
    {
        if (name.StartsWith(AccessPluginSettings.UserPrefix, StringComparison.Ordinal))
        {
            return ChatMapping.Nobody($"user \"{name}\" is no person");
        }

        if (await users.FindAsync(name, cancellationToken) is not { } user)
        {
            return ChatMapping.Nobody($"user \"{name}\" does not exist (any more); people who log in by an identity provider must have done so before");
        }

        return (await credentials.WithStatusAsync(user, cancellationToken)).Status?.IsLocked == true
            ? ChatMapping.Nobody($"user \"{name}\" is locked")
            : mapping;
    }

    private static StringList TraitOf(User user, string? trait) => trait is not null && user.Spec.Traits.TryGetValue(trait, out StringList? values) ? values : [];
}

/// <summary>Which user an account is.</summary>
/// <param name="User">The user; <c>null</c>: nobody.</param>
/// <param name="Source">By which source.</param>
/// <param name="Error">Why nobody, for operators.</param>
/// <param name="IsFinal">Whether no further source is asked.</param>
internal sealed record ChatMapping(string? User, string? Source, string? Error, bool IsFinal)
{
    public static ChatMapping Unknown { get; } = new(null, null, null, false);

    public static ChatMapping To(string user, string source) => new(user, source, null, true);

    public static ChatMapping Nobody(string error) => new(null, null, error, true);
}
