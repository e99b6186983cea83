using System.Reflection;
using System.Runtime.Loader;

namespace Teleport.Manifest;

/// <summary>Finds what a plugin refers to among its references and in its folder. The contracts come from this process, so that types are the same.</summary>
internal sealed class InspectionContext(string assembly, IReadOnlyList<string> references) : AssemblyLoadContext("plugin")
{
    private readonly Dictionary<string, string> _paths = references
        .GroupBy(static path => Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase)
        .ToDictionary(static group => group.Key, static group => group.First(), StringComparer.OrdinalIgnoreCase);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string name = assemblyName.Name!;
        if (name == "Teleport.Abstractions" || Default.Assemblies.Any(a => a.GetName().Name == name))
        {
            return null;
        }

        string beside = Path.Combine(Path.GetDirectoryName(assembly)!, name + ".dll");
        return _paths.TryGetValue(name, out string? path) ? LoadFromAssemblyPath(path)
            : File.Exists(beside) ? LoadFromAssemblyPath(beside)
            : null;
    }
}
