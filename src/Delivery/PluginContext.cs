using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;
using Teleport.Delivery.Services;

namespace Teleport.Delivery;

/// <summary>What a plugin is given.</summary>
internal sealed class PluginContext(PluginRunnerOptions options, HttpClient http, SecretReader secrets) : IAccessPluginContext
{
    public string Name => options.Plugin.Name;

    public string ClusterName => options.ClusterName;

    public HttpClient Http => http;

    public TimeProvider Time => options.Time;

    public IServiceProvider Services => options.Services;

    public Secret ReadSecret(SecretSource source) => secrets.Read(source);
}
