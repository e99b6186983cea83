namespace Teleport.Abstractions.Resources;

/// <summary>Kinds of resources, as they stand in <c>kind:</c> and in rules of roles.</summary>
public static class ResourceKinds
{
#pragma warning disable CS1591 // Each constant is the kind of that name; the records document them.
    public const string Role = "role";
    public const string User = "user";
    public const string Token = "token";
    public const string StaticTokens = "static_tokens";
    public const string Node = "node";
    public const string Proxy = "proxy";
    public const string AuthServer = "auth_server";
    public const string CertAuthority = "cert_authority";
    public const string ClusterName = "cluster_name";
    public const string AuthPreference = "cluster_auth_preference";
    public const string NetworkingConfig = "cluster_networking_config";
    public const string RecordingConfig = "session_recording_config";
    public const string AccessRequest = "access_request";
    public const string ChatIdentity = "chat_identity";
    public const string AccessMonitoringRule = "access_monitoring_rule";
    public const string AccessPlugin = "access_plugin";

    /// <summary>What a plugin keeps of a request; in rules <see cref="AccessPluginData"/>.</summary>
    public const string PluginData = "plugin_data";

    /// <summary>In rules only: plugin data.</summary>
    public const string AccessPluginData = "access_plugin_data";

    /// <summary>In rules only: the audit log.</summary>
    public const string Event = "event";

    /// <summary>In rules only: recordings.</summary>
    public const string Session = "session";
#pragma warning restore CS1591
}
