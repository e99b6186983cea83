using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Auth.Audit;
using Teleport.Auth.Joining;
using Teleport.Auth.Kinds;
using Teleport.Auth.Logins;
using Teleport.Auth.Options;
using Teleport.Auth.Recordings;
using Teleport.Auth.Requests;
using Teleport.Auth.Serving;
using Teleport.Auth.Services;
using Teleport.Auth.Stores;
using Teleport.Auth.Watching;

namespace Teleport.Auth.Startup;

/// <summary>What an auth service is made of.</summary>
internal sealed record AuthParts(
    AuthStorage Storage,
    AuditPipeline Audit,
    ClusterAuthorities Authorities,
    ClusterIdentity Cluster,
    LocalJoinToken LocalToken,
    IReadOnlyList<StaticTokenLine> StaticTokens,
    IServiceProvider Host);

/// <summary>Puts the parts together, by constructors alone.</summary>
internal static class AuthServices
{
    private static readonly string[] Announced =
        [ResourceKinds.Node, ResourceKinds.Proxy, ResourceKinds.AuthServer, ResourceKinds.CertAuthority, ResourceKinds.ClusterName];

    private static readonly Resource[] Settings =
    [
        new AuthPreference { Metadata = new ResourceMetadata { Name = AuthPreference.SingletonName } },
        new NetworkingConfig { Metadata = new ResourceMetadata { Name = NetworkingConfig.SingletonName } },
        new RecordingConfig { Metadata = new ResourceMetadata { Name = RecordingConfig.SingletonName } },
    ];

    public static void Add(IServiceCollection services, AuthParts parts)
    {
        string clusterName = parts.Cluster.ClusterName;
        TimeProvider time = parts.Host.GetRequiredService<TimeProvider>();
        services.AddSingleton(time);
        services.AddSingleton(parts.Storage.Backend);
        services.AddSingleton(parts.Storage.Recordings);
        services.AddSingleton(parts.Audit);
        services.AddSingleton(parts.Authorities);
        services.AddSingleton(parts.Cluster);
        services.AddSingleton(parts.LocalToken);
        services.AddSingleton(parts.StaticTokens);
        services.AddSingleton<ServerLifetime>();
        services.AddSingleton<ResourceStore>();
        services.AddSingleton<ClusterSettings>();
        services.AddSingleton<EditorRule>();
        services.AddSingleton<RoleStore>();
        services.AddSingleton<UserStore>();
        services.AddSingleton<TokenStore>();
        services.AddSingleton<InvitationStore>();
        services.AddSingleton<AttemptStore>();
        services.AddSingleton<Guard>();
        services.AddSingleton<CallerInterceptor>();

        services.AddSingleton(s => new CredentialConnectors(parts.Host.GetRequiredService<IInstanceServices>(), parts.Storage.Backend, clusterName));
        services.AddSingleton(s => new LoginContext(clusterName, s.GetRequiredService<ClusterSettings>(), parts.Audit, time));
        services.AddSingleton(s => new UserCertificates(parts.Authorities, parts.Audit, clusterName, time));
        services.AddSingleton<LoginFlow>();
        services.AddSingleton<InvitationFlow>();
        services.AddSingleton<UserCredentials>();

        services.AddSingleton<JoinTokens>();
        services.AddSingleton<TokenBook>();
        services.AddSingleton<HostRegistry>();
        services.AddSingleton<HostNames>();
        services.AddSingleton(s => new HostCertificates(parts.Authorities, parts.Audit, clusterName, time));
        services.AddSingleton(new JoinContext(clusterName, parts.Cluster.HostId, parts.Audit, time));
        services.AddSingleton<JoinFlow>();

        AddRequests(services, clusterName);
        services.AddSingleton<UserKind>();
        services.AddSingleton<IResourceKind>(static s => s.GetRequiredService<UserKind>());
        services.AddSingleton<IResourceKind, RoleKind>();
        services.AddSingleton<IResourceKind, TokenKind>();
        foreach (string kind in Announced)
        {
            services.AddSingleton<IResourceKind>(s => new ReadOnlyKind(s.GetRequiredService<ResourceStore>(), s.GetRequiredService<HostRegistry>(), kind));
        }

        foreach (Resource defaults in Settings)
        {
            services.AddSingleton<IResourceKind>(s => new SettingsKind(s.GetRequiredService<ResourceStore>(), parts.Audit, defaults));
        }

        foreach (string kind in new[] { ResourceKinds.AccessPlugin, ResourceKinds.AccessMonitoringRule })
        {
            services.AddSingleton<IResourceKind>(s => new PluginKind(s.GetRequiredService<ResourceStore>(), parts.Audit, kind));
        }

        services.AddSingleton<ResourceCatalogue>();
        services.AddSingleton<WatchHub>();
        services.AddSingleton<WatchFeed>();
        services.AddSingleton<AnnouncedAddresses>();
        services.AddSingleton(s => new InvitationUrls(
            s.GetRequiredService<AnnouncedAddresses>(), parts.Host.GetRequiredService<InstanceOptions>().Nodename));
        services.AddSingleton(new HostEvents(clusterName, time));
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<UploadFlow>();

        services.AddSingleton<ClusterService>();
        services.AddSingleton<JoinService>();
        services.AddSingleton<LoginService>();
        services.AddSingleton<CertificateService>();
        services.AddSingleton<ResourceService>();
        services.AddSingleton<UserService>();
        services.AddSingleton<TokenService>();
        services.AddSingleton<PresenceService>();
        services.AddSingleton<AuditService>();
        services.AddSingleton<RecordingService>();
        services.AddSingleton<AccessRequestService>();
    }

    private static void AddRequests(IServiceCollection services, string clusterName)
    {
        services.AddSingleton(new LoginClusterName(clusterName));
        services.AddSingleton<AccessRequestStore>();
        services.AddSingleton<PluginDataStore>();
        services.AddSingleton<CallbackStore>();
        services.AddSingleton<PluginStores>();
        services.AddSingleton<OwnRoles>();
        services.AddSingleton<LiveGrants>();
        services.AddSingleton<RequestFlow>();
        services.AddSingleton<ReviewFlow>();
        services.AddSingleton<RequestViews>();
        services.AddSingleton<RequestExpiry>();
        services.AddSingleton<ChatAccounts>();
        services.AddSingleton<PluginSettings>();
        services.AddSingleton<PluginCertificates>();
        services.AddSingleton<PluginReviewFlow>();
        services.AddSingleton<RequestCalls>();
        services.AddSingleton<RequestReading>();
        services.AddSingleton<PluginCalls>();
        services.AddSingleton<IResourceKind, AccessRequestKind>();
        services.AddSingleton<IResourceKind, ChatIdentityKind>();
    }

    public static void Map(WebApplication application)
    {
        application.MapGrpcService<ClusterService>();
        application.MapGrpcService<JoinService>();
        application.MapGrpcService<LoginService>();
        application.MapGrpcService<CertificateService>();
        application.MapGrpcService<ResourceService>();
        application.MapGrpcService<UserService>();
        application.MapGrpcService<TokenService>();
        application.MapGrpcService<PresenceService>();
        application.MapGrpcService<AuditService>();
        application.MapGrpcService<RecordingService>();
        application.MapGrpcService<AccessRequestService>();
    }
}
