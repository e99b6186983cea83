using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Plugins;

/// <summary>Brings a plugin's assembly into the process.</summary>
internal interface IPluginLoader
{
    /// <summary>Loads the assembly and makes its entry point.</summary>
    /// <param name="folder">The plugin's folder, absolute.</param>
    /// <param name="manifest">What its manifest says.</param>
    IPlugin Load(string folder, PluginManifest manifest);
}
