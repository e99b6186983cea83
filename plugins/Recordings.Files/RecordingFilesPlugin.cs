using Microsoft.Extensions.DependencyInjection;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;

namespace Teleport.Recordings.Files;

/// <summary>Provides the store of recordings for <c>audit_sessions_uri: file:///DIR</c>.</summary>
public sealed class RecordingFilesPlugin : IPlugin
{
    /// <inheritdoc/>
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideRecordingStore("file", static (uri, services, _) => uri is { Query: "", Fragment: "", Host: "" }
            ? ValueTask.FromResult<Abstractions.Recordings.IRecordingStore>(
                new FileRecordingStore(uri.LocalPath, services.GetRequiredService<TimeProvider>()))
            : throw new OptionsException("teleport.storage.audit_sessions_uri", $"\"{uri}\" has a host or parameters that files do not take: write file:///absolute/folder"));
}
