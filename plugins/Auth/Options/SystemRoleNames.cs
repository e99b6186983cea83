using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;

namespace Teleport.Auth.Options;

/// <summary>Names of system roles as people write them: <c>node</c> or <c>Node</c>; <c>ssh</c> and <c>database</c> are accepted too.</summary>
internal static class SystemRoleNames
{
    /// <summary>What a token can be good for.</summary>
    public const string Choices = "node, proxy, auth, app, db, kube, access or trusted_cluster";

    public static bool TryParse(string text, out SystemRole role)
    {
        SystemRole? found = text.Trim().ToLowerInvariant() switch
        {
            "node" or "ssh" => SystemRole.Node,
            "proxy" => SystemRole.Proxy,
            "auth" => SystemRole.Auth,
            "app" => SystemRole.App,
            "db" or "database" => SystemRole.Db,
            "kube" or "kubernetes" => SystemRole.Kube,
            "access" => SystemRole.Access,
            "trusted_cluster" or "trustedcluster" or "cluster" => SystemRole.TrustedCluster,
            // Admin is not something that one becomes by a token.
            _ => null,
        };
        role = found ?? default;
        return found is not null;
    }

    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static SystemRole Parse(string text) =>
        TryParse(text, out SystemRole role) ? role : throw TeleportException.Invalid($"The role \"{text}\" is unknown: use {Choices}.");
}
