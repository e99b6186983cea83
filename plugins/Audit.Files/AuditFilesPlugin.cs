using Microsoft.Extensions.DependencyInjection;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Agent;

namespace Teleport.Audit.Files;

/// <summary>Provides the sinks of audit events for <c>file:///DIR</c> and <c>stdout://</c> in <c>audit_events_uri</c>.</summary>
public sealed class AuditFilesPlugin : IPlugin
{
    private const string Key = "teleport.storage.audit_events_uri";

    /// <inheritdoc/>
    public void Register(IPluginRegistration plugin)
    {
        plugin.ProvideAuditLog("file", static async (uri, services, cancellationToken) => uri is { Query: "", Fragment: "", Host: "" }
            ? new FileAuditLog(
                uri.LocalPath, Guid.Parse(await HostUuid.ReadOrCreateAsync(services.GetRequiredService<InstanceOptions>().DataDir, cancellationToken)))
            : throw new OptionsException(Key, $"\"{uri}\" has a host or parameters that files do not take: write file:///absolute/folder"));
        plugin.ProvideAuditLog("stdout", static (uri, _, _) => uri is { Query: "", Fragment: "", Host: "", AbsolutePath: "" or "/" }
#pragma warning disable RS0030 // A sink named stdout is this.
            ? ValueTask.FromResult<IAuditLog>(new StreamAuditLog(Console.OpenStandardOutput()))
#pragma warning restore RS0030
            : throw new OptionsException(Key, $"\"{uri}\" has parts that the standard output does not take: write stdout://"));
    }
}
