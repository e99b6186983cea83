using System.Reflection;
using System.Xml.Linq;

namespace Teleport.Architecture.Tests;

/// <summary>A project, as its file says.</summary>
/// <param name="Path">Its file, relative to the repository.</param>
/// <param name="Room">Its folder, as <c>src/Ssh</c>.</param>
/// <param name="References">Rooms that its code refers to.</param>
/// <param name="Xml">The file.</param>
public sealed record ProjectFile(string Path, string Room, IReadOnlyList<string> References, XDocument Xml);

/// <summary>Reads the repository as it lies on disk.</summary>
internal static class Repository
{
    private static readonly string[] Areas = ["src", "plugins", "access-plugins", "tests", "bench"];

    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(static a => a.Key == "RepoRoot").Value!;

    public static IReadOnlyList<ProjectFile> Projects { get; } =
        [.. Areas.Select(static area => Path.Combine(Root, area)).Where(Directory.Exists)
            .SelectMany(static area => Directory.GetFiles(area, "*.csproj", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(Read)];

    /// <summary>Our source files, without what the build writes.</summary>
    public static IEnumerable<string> Sources(params string[] areas) => areas
        .Select(static area => Path.Combine(Root, area))
        .Where(Directory.Exists)
        .SelectMany(static area => Directory.GetFiles(area, "*.cs", SearchOption.AllDirectories))
        .Select(static path => Path.GetRelativePath(Root, path))
        .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    private static ProjectFile Read(string path)
    {
        XDocument xml = XDocument.Load(path);
        string folder = Path.GetDirectoryName(path)!;
        string[] references =
        [
            .. xml.Descendants("ProjectReference")
                // Built beside, not referred to.
                .Where(static reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
                .SelectMany(static reference => ((string)reference.Attribute("Include")!).Split(';'))
                .Select(include => Path.GetFullPath(Path.Combine(folder, include.Replace("$(RepoRoot)", Root, StringComparison.Ordinal))))
                .Select(static target => RoomOf(target)),
        ];
        return new ProjectFile(Path.GetRelativePath(Root, path), RoomOf(path), references, xml);
    }

    private static string RoomOf(string path) => Path.GetRelativePath(Root, Path.GetDirectoryName(path)!).Replace('\\', '/');
}
