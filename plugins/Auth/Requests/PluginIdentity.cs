using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Api.Requests.V1;
using Teleport.Auth.Logins;
using Teleport.Auth.Stores;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Requests;

/// <summary>Who a plugin is: the user <c>access-plugin-NAME</c>, by a certificate that only plugin hosts get and that is good for nothing else.</summary>
internal static class PluginIdentity
{
    /// <summary>What the certificates of plugins are good for.</summary>
    public const string Usage = "access_plugin";

    /// <summary>Whether a plugin calls.</summary>
    public static bool IsPlugin(Caller caller) => caller.User is { Usage: Usage };

    /// <summary>The plugin that calls.</summary>
    /// <exception cref="TeleportException">Code <c>access_denied</c>: none does.</exception>
    public static string NameOf(Caller caller) =>
        IsPlugin(caller) && caller.User!.UserName.StartsWith(AccessPluginSettings.UserPrefix, StringComparison.Ordinal)
            ? caller.User.UserName[AccessPluginSettings.UserPrefix.Length..]
            : throw TeleportException.AccessDenied("Only access plugins may do that, with the certificate that their host gets for them.");
}

/// <summary>Issues the certificates of plugins to the hosts that run them.</summary>
internal sealed class PluginCertificates(
    UserStore users, RoleStore roles, PluginSettings settings, UserCertificates certificates, LoginContext cluster)
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    public async Task<IssuePluginCertificateResponse> IssueAsync(
        Caller host, IssuePluginCertificateRequest request, CancellationToken cancellationToken)
    {
        string userName = AccessPluginSettings.UserPrefix + request.Plugin;
        if (request.Plugin.Length == 0 || !ResourceMetadata.IsValidName(userName))
        {
            throw TeleportException.Invalid("plugin must be the name of an access plugin, as slack.");
        }

        User user = await users.FindAsync(userName, cancellationToken) ?? throw TeleportException.NotFound(
            $"user \"{userName}\" is not found: the plugin \"{request.Plugin}\" acts as that user. Create it with the file that the plugin brings: tctl create -f access-plugin-{request.Plugin}.yaml");
        DateTimeOffset expires = cluster.Time.GetUtcNow() + Life;
        UserIdentity identity = Identities.Of(user, cluster.ClusterName, expires);
        RoleSet set = await roles.ResolveAsync(identity, cancellationToken);
        IReadOnlyList<string> excess = PluginPrivileges.Excess(set);
        if (excess.Count > 0 && string.IsNullOrWhiteSpace((await settings.FindAsync(request.Plugin, cancellationToken))?.AllowExcessPrivileges))
        {
            await cluster.Audit.EmitAsync(new AccessDeniedEvent { User = host.Name, RemoteAddress = host.RemoteAddress, ResourceKind = ResourceKinds.AccessPlugin, Verb = Verbs.Use });
            throw TeleportException.AccessDenied(
                $"user \"{userName}\" holds more than an access plugin needs: {string.Join("; ", excess)}. Give it the role access-plugin or access-plugin-with-review, " +
                $"or say why in spec.allow_excess_privileges of access_plugin/{request.Plugin}.");
        }

        // The certificate is for TLS alone; the one for SSH is for a key that nobody has.
        using SshPrivateKey nobodys = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        UserIdentity plugin = identity with
        {
            Usage = PluginIdentity.Usage,
            DisallowReissue = true,
            Impersonator = host.Name,
            PermitPty = false,
            Principals = [],
            RouteToCluster = cluster.ClusterName,
        };
        Api.Login.V1.UserCertificates issued = await certificates.IssueAsync(
            plugin, new CertifiedKeys(nobodys.PublicKey, CertifiedKeys.ParseTls(request.TlsPublicKey), "standard"), host, host.RemoteAddress);
        return new IssuePluginCertificateResponse
        {
            UserName = userName, TlsCertificate = issued.TlsCertificate, ExpiresUnixSeconds = expires.ToUnixTimeSeconds(),
        };
    }
}

/// <summary>What the cluster lets plugins do.</summary>
internal sealed class PluginSettings(ResourceStore resources)
{
    public async ValueTask<AccessPluginSpec?> FindAsync(string plugin, CancellationToken cancellationToken) =>
        (await resources.FindAsync<AccessPluginSettings>(ResourceKinds.AccessPlugin, plugin, cancellationToken))?.Spec;

    /// <summary>The settings of a plugin whose reviews are switched on.</summary>
    /// <exception cref="TeleportException">Code <c>access_denied</c>.</exception>
    public async ValueTask<AccessPluginSpec> RequireReviewsAsync(string plugin, CancellationToken cancellationToken)
    {
        AccessPluginSpec? spec = await FindAsync(plugin, cancellationToken);
        return spec is null || !spec.Reviews ? throw TeleportException.AccessDenied(
                $"Reviews through the plugin \"{plugin}\" are not switched on. An administrator does so by tctl create with kind access_plugin, spec.reviews: true.")
            : spec.ReviewsDisabled ? throw TeleportException.AccessDenied(
                $"Reviews through the plugin \"{plugin}\" were disabled by an administrator. Review in the web UI or by tsh request review.")
            : spec;
    }

    /// <summary>Whether the kill switch is not set.</summary>
    public async ValueTask RequireNotDisabledAsync(string plugin, CancellationToken cancellationToken)
    {
        if ((await FindAsync(plugin, cancellationToken))?.ReviewsDisabled == true)
        {
            throw TeleportException.AccessDenied($"Reviews by the plugin \"{plugin}\" were disabled by an administrator.");
        }
    }
}
