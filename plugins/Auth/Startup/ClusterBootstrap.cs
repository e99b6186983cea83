using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Access;
using Teleport.Auth.Options;
using Teleport.Auth.Stores;
using Teleport.Pki.Authorities;

namespace Teleport.Auth.Startup;

/// <summary>Makes a cluster of an empty storage, and brings the settings of the file into it at every start. Several auth servers may do so at once.</summary>
internal sealed partial class ClusterBootstrap(
    ResourceStore resources, AuthOptions options, InstanceOptions instance, TimeProvider time, ILogger<ClusterBootstrap> logger)
{
    private const string Origin = SettingsOrigin.Label;

    /// <summary>Returns the cluster, made or found.</summary>
    public async Task<ClusterNameSpec> RunAsync(CancellationToken cancellationToken)
    {
        ClusterNameSpec cluster = await EnsureNameAsync(cancellationToken);
        await EnsureAuthorityAsync(AuthorityType.User, cluster.ClusterName, cancellationToken);
        await EnsureAuthorityAsync(AuthorityType.Host, cluster.ClusterName, cancellationToken);
        foreach (Role role in PresetRoles.All)
        {
            await EnsureAsync(role, cancellationToken);
        }

        await ApplySettingsAsync(cancellationToken);
        return cluster;
    }

    private async Task<ClusterNameSpec> EnsureNameAsync(CancellationToken cancellationToken)
    {
        string wished = options.ClusterName ?? Fallback(instance.Nodename);
        ClusterName stored = await EnsureAsync(
            new ClusterName
            {
                Metadata = new ResourceMetadata { Name = ClusterName.SingletonName },
                Spec = new ClusterNameSpec { ClusterName = wished, ClusterId = Guid.NewGuid().ToString("D") },
            },
            cancellationToken);
        if (options.ClusterName is not null && stored.Spec.ClusterName != wished)
        {
            LogOtherName(wished, stored.Spec.ClusterName);
        }

        return stored.Spec;
    }

    // Without a configured name the host's is taken, as far as it can be one.
    private static string Fallback(string nodename)
    {
        string name = new([.. nodename.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-').Take(128)]);
        return AuthOptions.IsClusterName(name) ? name : "teleport";
    }

    private async Task EnsureAuthorityAsync(AuthorityType type, string clusterName, CancellationToken cancellationToken)
    {
        string name = ClusterAuthorities.NameOf(type, clusterName);
        if (await resources.FindAsync<CertAuthority>(ResourceKinds.CertAuthority, name, cancellationToken) is null)
        {
            CertAuthority made = AuthorityFactory.Create(type, clusterName, instance.CaSignatureAlgorithm, time);
            await EnsureAsync(made with { SubKind = ResourceNames.Of(type), Metadata = made.Metadata with { Name = name } }, cancellationToken);
            LogAuthority(ResourceNames.Of(type), clusterName);
        }
    }

    private async Task ApplySettingsAsync(CancellationToken cancellationToken)
    {
        AuthenticationOptions login = options.Authentication;
        await ApplyAsync(
            new AuthPreference { Metadata = new ResourceMetadata { Name = AuthPreference.SingletonName } },
            login.SaysAnything || options.DisconnectExpiredCert is not null,
            preference => preference with
            {
                Spec = preference.Spec with
                {
                    Type = login.Type is { } type and not ("false" or "no" or "off") ? type : preference.Spec.Type,
                    AllowLocalAuth = login.LocalAuth ?? (login.Type is "false" or "no" or "off" ? false : preference.Spec.AllowLocalAuth),
                    SecondFactor = login.SecondFactor ?? preference.Spec.SecondFactor,
                    ConnectorName = login.ConnectorName ?? preference.Spec.ConnectorName,
                    DefaultSessionTtl = login.DefaultSessionTtl is { } ttl ? Durations.Format(ttl) : preference.Spec.DefaultSessionTtl,
                    DisconnectExpiredCert = options.DisconnectExpiredCert ?? preference.Spec.DisconnectExpiredCert,
                },
            },
            cancellationToken);
        await ApplyAsync(
            new NetworkingConfig { Metadata = new ResourceMetadata { Name = NetworkingConfig.SingletonName } },
            options.ClientIdleTimeout is not null || options.KeepAliveInterval is not null || options.KeepAliveCountMax is not null,
            networking => networking with
            {
                Spec = networking.Spec with
                {
                    ClientIdleTimeout = options.ClientIdleTimeout is { } idle ? Format(idle) : networking.Spec.ClientIdleTimeout,
                    KeepAliveInterval = options.KeepAliveInterval is { } interval ? Format(interval) ?? "never" : networking.Spec.KeepAliveInterval,
                    KeepAliveCountMax = options.KeepAliveCountMax ?? networking.Spec.KeepAliveCountMax,
                },
            },
            cancellationToken);
        await ApplyAsync(
            new RecordingConfig { Metadata = new ResourceMetadata { Name = RecordingConfig.SingletonName } },
            options.SessionRecording is not null,
            recording => recording with { Spec = recording.Spec with { Mode = options.SessionRecording ?? recording.Spec.Mode } },
            cancellationToken);
    }

    // The file wins at every start where it says something; what it once said and no longer does is free to change again.
    private async Task ApplyAsync<T>(T defaults, bool isInFile, Func<T, T> apply, CancellationToken cancellationToken)
        where T : Resource
    {
        for (; ; )
        {
            T? present = await resources.FindAsync<T>(defaults.Kind, defaults.Metadata.Name, cancellationToken);
            T next = isInFile ? apply(present ?? defaults) : present ?? defaults;
            string origin = isInFile ? SettingsOrigin.ConfigFile : present is null || SettingsOrigin.IsConfigFile(present) ? SettingsOrigin.Defaults : "";
            if (origin.Length > 0)
            {
                var labels = new Dictionary<string, string>(next.Metadata.Labels ?? new Dictionary<string, string>()) { [Origin] = origin };
                next = (T)(next with { Metadata = next.Metadata with { Labels = labels } });
            }

            if (present is not null && ResourceStore.Value(present).Span.SequenceEqual(ResourceStore.Value(next).Span))
            {
                return;
            }

            try
            {
                if (present is null)
                {
                    await resources.CreateAsync(next, cancellationToken);
                }
                else
                {
                    await resources.UpsertAsync(next, cancellationToken);
                }

                return;
            }
            catch (TeleportException e) when (e.Code == ErrorCode.Conflict)
            {
                // Another auth server starts at the same moment: look at what it wrote.
            }
        }
    }

    private async Task<T> EnsureAsync<T>(T resource, CancellationToken cancellationToken)
        where T : Resource
    {
        if (await resources.FindAsync<T>(resource.Kind, resource.Metadata.Name, cancellationToken) is { } present)
        {
            return present;
        }

        try
        {
            return await resources.CreateAsync(resource, cancellationToken);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Conflict)
        {
            return await resources.FindAsync<T>(resource.Kind, resource.Metadata.Name, cancellationToken) ?? throw ResourceStore.NotFound(resource.Kind, resource.Metadata.Name);
        }
    }

    private static string? Format(TimeSpan duration) =>
        duration == Timeout.InfiniteTimeSpan || duration == TimeSpan.Zero ? null : Durations.Format(duration);

    [LoggerMessage(2101, LogLevel.Error,
        "The file names the cluster \"{Wished}\", but its storage belongs to cluster \"{Stored}\". The stored name stays in force: it is in every certificate. " +
        "Correct auth_service.cluster_name, or begin anew with an empty storage.")]
    private partial void LogOtherName(string wished, string stored);

    [LoggerMessage(2102, LogLevel.Information, "Made the {Type} authority of cluster {Cluster}.")]
    private partial void LogAuthority(string type, string cluster);
}

/// <summary>Who owns a cluster setting.</summary>
internal static class SettingsOrigin
{
    public const string Label = "teleport.dev/origin";
    public const string ConfigFile = "config-file";
    public const string Defaults = "defaults";
    public const string Dynamic = "dynamic";

    public static bool IsConfigFile(Resource resource) => resource.Metadata.Labels?.GetValueOrDefault(Label) == ConfigFile;
}
