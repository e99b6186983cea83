using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Tests.Plugins;

/// <summary>Makes plugin folders out of this very assembly: each names another entry point.</summary>
internal static class PluginFolder
{
    private static string AssemblyFile => typeof(PluginFolder).Assembly.Location;

    public static PluginManifest ManifestOf<TPlugin>(string role = "good") => new()
    {
        Id = typeof(TPlugin).Name,
        Version = "1.0.0",
        AbstractionsVersion = PluginManifest.PresentAbstractions.ToString(3),
        Assembly = Path.GetFileName(AssemblyFile),
        EntryType = typeof(TPlugin).FullName!,
        Provides = [new PluginPart { Kind = PluginPartKind.ServiceRole, Name = role, Section = role + "_service", EnabledByDefault = true }],
    };

    /// <summary>Writes a folder with an assembly and a manifest.</summary>
    public static string Write(TempFolder plugins, string name, PluginManifest manifest, bool withAssembly = true)
    {
        string folder = Directory.CreateDirectory(plugins.At(name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, PluginManifest.FileName), manifest.ToJson());
        if (withAssembly)
        {
            File.Copy(AssemblyFile, Path.Combine(folder, Path.GetFileName(AssemblyFile)));
        }

        return folder;
    }
}
