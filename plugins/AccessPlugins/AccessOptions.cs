using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;

namespace Teleport.AccessPlugins;

/// <summary>The section <c>access_service</c>.</summary>
public sealed record AccessOptions : IPluginOptions
{
    public bool Enabled { get; init; }

    /// <summary>The plugins, by name.</summary>
    public IReadOnlyList<ConfiguredAccessPlugin> Plugins { get; init; } = [];

    public void Validate(OptionsValidation validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if (Plugins.Count == 0)
        {
            validation.AddWarning("plugins", "names no plugin, so nobody is told of access requests; see docs/plugins/access-plugins.md");
        }
    }
}
