using System.Security.Cryptography;
using System.Text;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>Where everything is in the backend. Names are frozen: they are on disk.</summary>
internal static class Keys
{
    /// <summary>Everything that can be watched through the API is below it, as <c>resources/KIND/NAME</c>.</summary>
    public static readonly BackendKey Resources = BackendKey.Of("resources");

    public static readonly BackendKey Tokens = BackendKey.Of("tokens");

    public static readonly BackendKey Invitations = BackendKey.Of("invitations");

    /// <summary>Changed by every write of a user, so that rules over all users can be conditions of a commit.</summary>
    public static readonly BackendKey UsersEpoch = BackendKey.Of("epochs", "users");

    public static BackendKey Kind(string kind) => Resources.Append(kind);

    public static BackendKey Resource(string kind, string name) => Resources.Append(kind).Append(name);

    /// <summary>Tokens are found by a hash, so that looking one up takes no longer for a good prefix.</summary>
    public static BackendKey Token(string secret) => Tokens.Append(Hash(secret));

    public static BackendKey Invitation(string secret) => Invitations.Append(Hash(secret));

    /// <summary>Failed attempts of a subject: what was typed, so hashed.</summary>
    public static BackendKey Attempts(string scope, string subject) => BackendKey.Of("attempts", scope, Hash(subject));

    /// <summary>The keys that a host id belongs to.</summary>
    public static BackendKey Host(string hostId) => BackendKey.Of("hosts", hostId);

    /// <summary>The host that a session belongs to.</summary>
    public static BackendKey Session(Guid sessionId) => BackendKey.Of("sessions", sessionId.ToString("D"));

    /// <summary>What a connector keeps.</summary>
    public static BackendKey Connector(string name) => BackendKey.Of("connectors", name);

    /// <summary>Undecided requests of a user.</summary>
    public static BackendKey PendingRequests(string user) => BackendKey.Of("pending_requests", Hash(user));

    /// <summary>What a plugin keeps of a request. Not below the resources: nobody watches it.</summary>
    public static BackendKey PluginData(string requestId, string plugin) => PluginData(plugin).Append(requestId);

    /// <summary>All that a plugin keeps.</summary>
    public static BackendKey PluginData(string plugin) => BackendKey.Of("plugin_data", "access_request", plugin);

    /// <summary>A callback that was seen; ids come from outside, so hashed.</summary>
    public static BackendKey SeenCallback(string plugin, string id) => BackendKey.Of("seen_callbacks", plugin, Hash(id));

    public static BackendKey ReviewIntent(string id) => BackendKey.Of("review_intents", Hash(id));

    /// <summary>The one chat account that a user has in a tenant of a provider.</summary>
    public static BackendKey ChatUser(string provider, string tenant, string user) => BackendKey.Of("chat_users", Hash($"{provider}\0{tenant}\0{user}"));

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
