namespace Teleport.Abstractions.Plugins;

/// <summary>The entry point of a plugin assembly: it names what the assembly provides.</summary>
/// <remarks>
/// There is exactly one public, sealed implementation with a parameterless constructor in a plugin's assembly. It is also run at build
/// time, to write the manifest: it does no I/O, starts nothing and looks at no environment.
/// </remarks>
public interface IPlugin
{
    /// <summary>Names everything that the plugin provides. Called once, before any options are bound.</summary>
    /// <param name="plugin">Collects what is provided.</param>
    void Register(IPluginRegistration plugin);
}
