using System.Reflection;
using Teleport.Abstractions.Plugins;

namespace Teleport.Manifest;

/// <summary>Runs the entry point of a plugin and writes down what it provides.</summary>
internal static class ManifestWriter
{
    public static void Write(string assembly, string output, string version, IReadOnlyList<string> references)
    {
        Assembly loaded = new InspectionContext(Path.GetFullPath(assembly), references).LoadFromAssemblyPath(Path.GetFullPath(assembly));
        Type entry = EntryTypeOf(loaded);
        var manifest = new PluginManifest
        {
            Id = loaded.GetName().Name!,
            Version = version,
            AbstractionsVersion = AbstractionsVersionOf(loaded),
            Assembly = Path.GetFileName(assembly),
            EntryType = entry.FullName!,
            Provides = PartsOf(entry),
        };
        File.WriteAllBytes(output, manifest.ToJson());
    }

    private static Type EntryTypeOf(Assembly assembly)
    {
        Type[] candidates = [.. assembly.GetExportedTypes().Where(static t => t.IsAssignableTo(typeof(IPlugin)) && !t.IsAbstract)];
        return candidates switch
        {
            [] => throw new ManifestException($"A plugin needs a public class that implements {typeof(IPlugin).FullName}, and there is none."),
            [var one] when !one.IsSealed || one.GetConstructor([]) is null =>
                throw new ManifestException($"{one.FullName} must be sealed and have a public constructor without parameters."),
            [var one] => one,
            _ => throw new ManifestException($"A plugin has one entry point, and here are several: {string.Join(", ", candidates.Select(static t => t.FullName))}."),
        };
    }

    private static IReadOnlyList<PluginPart> PartsOf(Type entry)
    {
        IReadOnlyList<PluginPart> parts;
        try
        {
            parts = PluginManifest.Describe((IPlugin)Activator.CreateInstance(entry)!);
        }
        catch (Exception e)
        {
            // Whatever the plugin throws ends the build with its message.
            Exception cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            throw new ManifestException($"{entry.FullName} threw {cause.GetType().Name} when asked what it provides: {cause.Message}", cause);
        }

        if (parts.Count == 0)
        {
            throw new ManifestException($"{entry.FullName}.Register names nothing that the plugin provides.");
        }

        PluginPart? twice = parts.GroupBy(static p => (p.Kind, p.Name)).FirstOrDefault(static g => g.Count() > 1)?.First();
        PluginPart? misnamed = parts.FirstOrDefault(static p => p.Name.Length == 0 || p.Name.Any(static c => !(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '+')));
        return twice is not null ? throw new ManifestException($"The {twice} is provided twice.")
            : misnamed is not null ? throw new ManifestException($"The {misnamed} has no good name: use lower-case letters, digits and _ - +.")
            : parts;
    }

    private static string AbstractionsVersionOf(Assembly assembly)
    {
        string name = typeof(IPlugin).Assembly.GetName().Name!;
        Version version = assembly.GetReferencedAssemblies().First(r => r.Name == name).Version!;
        return version.ToString(3);
    }
}
