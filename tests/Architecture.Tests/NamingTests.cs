using System.Text.RegularExpressions;

namespace Teleport.Architecture.Tests;

public sealed partial class NamingTests
{
    private static readonly string[] OurAreas = ["src", "plugins", "access-plugins"];
    private static readonly string[] CommandNames = ["teleport", "tsh", "tctl", "teleport-spawn", "teleport-files"];

    // Words that say nothing of what a type is for, and let it grow without end.
    private static readonly string[] ForbiddenSuffixes = ["Manager", "Helper", "Helpers", "Utils", "Util", "Info", "Data"];

    // Names that mean namespaces of ours.
    private static readonly string[] NamespaceParts = ["Host", "Node", "Proxy", "App", "Client", "Agent", "Auth", "Teleport"];

    [Fact]
    public void Projects_AreNamedAfterTheirFolders()
    {
        foreach (ProjectFile project in Repository.Projects.Where(static p => !p.Room.StartsWith("bench", StringComparison.Ordinal)))
        {
            string[] parts = project.Room.Split('/');
            string expected = parts[0] == "access-plugins" ? $"Teleport.AccessPlugins.{parts[^1]}" : $"Teleport.{parts[^1]}";
            Assert.Equal(expected, Path.GetFileNameWithoutExtension(project.Path));
            string? assembly = project.Xml.Descendants("AssemblyName").FirstOrDefault()?.Value;
            Assert.True(assembly is null || CommandNames.Contains(assembly), $"{project.Path} names its assembly {assembly}");
            string? ns = project.Xml.Descendants("RootNamespace").FirstOrDefault()?.Value;
            Assert.True(ns is null || ns == expected, $"{project.Path} has the namespace {ns}");
        }
    }

    [Fact]
    public void Types_HaveNamesThatSayWhatTheyAre()
    {
        string[] bad =
        [
            .. Repository.Sources(OurAreas).SelectMany(static path => TypeDeclaration().Matches(File.ReadAllText(Path.Combine(Repository.Root, path)))
                .Select(static match => match.Groups[1].Value)
                .Where(static name => ForbiddenSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)) || NamespaceParts.Contains(name))
                .Select(name => $"{path}: {name}")),
        ];

        Assert.Empty(bad);
    }

    [Fact]
    public void Namespaces_FollowFolders()
    {
        string[] bad =
        [
            .. Repository.Sources(OurAreas)
                .Select(static path => (Path: path, Declared: NamespaceDeclaration().Match(File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)))))
                .Where(static file => file.Declared.Success && file.Declared.Groups[1].Value != Expected(file.Path))
                .Select(static file => $"{file.Path}: {file.Declared.Groups[1].Value}, expected {Expected(file.Path)}"),
        ];

        Assert.Empty(bad);
    }

    [Theory]
    [InlineData("public sealed class SessionManager(int x)", "SessionManager")]
    [InlineData("internal readonly record struct HostInfo", "HostInfo")]
    [InlineData("file static class StringUtils", "StringUtils")]
    public void TypeDeclaration_FindsNames(string text, string name) => Assert.Equal(name, TypeDeclaration().Match(text).Groups[1].Value);

    private static string Expected(string path)
    {
        string[] parts = path.Split('/');
        string[] folders = parts[2..^1];
        string room = parts[0] == "access-plugins" ? $"Teleport.AccessPlugins.{parts[1]}" : $"Teleport.{parts[1]}";
        return string.Join('.', folders.Prepend(room));
    }

    [GeneratedRegex(@"^\s*(?:(?:public|internal|private|protected|file|sealed|abstract|static|partial|readonly|ref|unsafe)\s+)*(?:class|record(?:\s+struct|\s+class)?|struct|interface|enum)\s+([A-Za-z_][A-Za-z0-9_]*)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^namespace\s+([A-Za-z0-9_.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();
}
