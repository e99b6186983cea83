using System.Reflection;
using McMaster.NETCore.Plugins;
using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Plugins;

/// <summary>Loads each plugin into a load context of its own; what crosses its border is the host's.</summary>
internal sealed class ContextPluginLoader : IPluginLoader
{
    // Everything that the framework and the host carry and whose types plugins exchange with us or each other. What the host uses
    // for itself alone (YAML, telemetry) is not among it: a plugin may bring another version.
    private static readonly string[] PrivateToHost = ["YamlDotNet", "McMaster.NETCore.Plugins", "OpenTelemetry", "System.CommandLine", "Polly", "Scriban", "Teleport.Hosting", "Teleport.Yaml", "teleport"];

    private static readonly Lazy<IReadOnlyList<AssemblyName>> Shared = new(FindShared);

    public IPlugin Load(string folder, PluginManifest manifest)
    {
        RefuseShadows(folder, manifest);
        var loader = PluginLoader.CreateFromAssemblyFile(Path.Combine(folder, manifest.Assembly), isUnloadable: false, [], config =>
        {
            config.IsLazyLoaded = true;
            foreach (AssemblyName name in Shared.Value)
            {
                config.SharedAssemblies.Add(name);
            }
        });
        Assembly assembly = loader.LoadDefaultAssembly();
        Type entry = assembly.GetType(manifest.EntryType)
            ?? throw new PluginException($"the assembly {manifest.Assembly} holds no type {manifest.EntryType}; build the plugin again");
        return Activator.CreateInstance(entry) as IPlugin
            ?? throw new PluginException(
                $"{manifest.EntryType} is no IPlugin of this host; does the folder hold a copy of Teleport.Abstractions.dll? Delete it");
    }

    // A plugin's own copy would win silently or be ignored silently, depending on versions; neither is what its author meant.
    private static void RefuseShadows(string folder, PluginManifest manifest)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.dll"))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            bool carried = name.StartsWith("Teleport.", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("Grpc.", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Google.Protobuf", StringComparison.OrdinalIgnoreCase);
            if (carried
                && !Path.GetFileName(path).Equals(manifest.Assembly, StringComparison.Ordinal)
                && Shared.Value.Any(s => name.Equals(s.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw new PluginException($"its folder holds {Path.GetFileName(path)}, which the host carries; delete that file, and exclude it where the plugin is built");
            }
        }
    }

    private static List<AssemblyName> FindShared()
    {
        string trusted = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "";
        return [.. trusted
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(Path.GetFileNameWithoutExtension)
            .Where(static name => !PrivateToHost.Any(own => name == own || name!.StartsWith(own + ".", StringComparison.Ordinal)))
            .Select(static name => new AssemblyName(name!))];
    }
}
