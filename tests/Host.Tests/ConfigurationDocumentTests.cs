using System.Reflection;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;

namespace Teleport.Host.Tests;

/// <summary>docs/configuration.md names every key that the installed plugins and the host know.</summary>
public sealed class ConfigurationDocumentTests
{
    [Fact]
    public void Document_NamesEveryKey()
    {
        string document = File.ReadAllText(Path.Combine(BuildFacts.RepoRoot, "docs", "configuration.md"));
        PluginCatalog catalog = PluginCatalog.Discover(BuildFacts.Plugins);
        IEnumerable<(string Section, Type Options)> sections = catalog.Plugins
            .SelectMany(static plugin => plugin.Parts.Roles.Select(static role => (role.Section, role.OptionsType))
                .Concat(plugin.Parts.Backends.Select(static backend => ("teleport.storage", backend.OptionsType))))
            .Append(("teleport", typeof(TeleportSection)));

        string[] missing = [.. sections.SelectMany(static section => KeysOf(section.Options).Select(key => (section.Section, Key: key)))
            .Where(key => !document.Contains($"`{key.Key}`", StringComparison.Ordinal))
            .Select(static key => $"{key.Section}: {key.Key}")
            .Distinct()];

        Assert.True(missing.Length == 0, string.Join('\n', missing));
    }

    private static IEnumerable<string> KeysOf(Type options) => OptionsBinder.KeysOf(options).Concat(options
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Select(static property => property.PropertyType)
        .Select(static type => type.IsGenericType ? type.GetGenericArguments()[^1] : type)
        .Where(static type => type.Namespace!.StartsWith("Teleport.", StringComparison.Ordinal) && type.IsClass && !type.IsAbstract
            && !OptionValues.IsSingle(type) && !type.Namespace.StartsWith("Teleport.Abstractions", StringComparison.Ordinal) && !type.Namespace.StartsWith("Teleport.Yaml", StringComparison.Ordinal))
        .SelectMany(KeysOf));
}
