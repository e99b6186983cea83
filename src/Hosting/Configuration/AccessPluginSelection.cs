using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Plugins;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Makes the access plugins of a configuration: each key is an instance, bound to the options of its type.</summary>
internal sealed class AccessPluginSelection(ConfigurationMistakes mistakes, PluginCatalog catalog)
{
    private const int MaxNameLength = 64;

    /// <summary>The plugins in the order of the configuration. One that cannot be loaded is among them, and says why; a wrong option is a mistake.</summary>
    public IReadOnlyList<ConfiguredAccessPlugin> Bind(YamlNode node, string path)
    {
        if (node is not YamlMapping mapping)
        {
            mistakes.Add(node.Location, path, $"expected plugins by name, as \"slack: {{token_file: /etc/teleport/slack}}\", got {node.Description}");
            return [];
        }

        return [.. mapping.Entries.Select(entry => Bind(entry, YamlPath.Join(path, entry.Key.Text))).OfType<ConfiguredAccessPlugin>()];
    }

    private ConfiguredAccessPlugin? Bind(YamlEntry entry, string path)
    {
        string name = entry.Key.Text;
        if (!IsGoodName(name))
        {
            mistakes.Add(entry.Key.Location, path, $"is no good name of a plugin: use lower-case letters, digits and -, at most {MaxNameLength}");
            return null;
        }

        if (entry.Value is not (YamlMapping or YamlScalar { IsEmpty: true }))
        {
            mistakes.Add(entry.Value.Location, path, $"expected keys with values, got {entry.Value.Description}");
            return null;
        }

        var section = entry.Value as YamlMapping;
        string type = section?.Find("type") is YamlScalar { IsEmpty: false } written ? written.Text : name;
        if (catalog.Find(PluginPartKind.AccessPlugin, type) is not { } plugin)
        {
            string advice = section?.Find("type") is null ? "; write type: TYPE when the name is your own" : "";
            mistakes.Add(entry.Key.Location, path, catalog.DescribeMissing(PluginPartKind.AccessPlugin, type) + advice);
            return null;
        }

        try
        {
            AccessPluginPart part = plugin.Parts.AccessPlugins.First(candidate => candidate.Type == type);
            var options = (AccessPluginOptions)new OptionsBinder(mistakes).Bind(part.OptionsType, section, path);
            return new ConfiguredAccessPlugin { Name = name, Type = type, Options = options, Create = context => part.Create(options, context) };
        }
        catch (PluginException e)
        {
            return new ConfiguredAccessPlugin { Name = name, Type = type, Failure = e.Message };
        }
    }

    // It is part of a user's name and of a URL.
    private static bool IsGoodName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name[0] != '-' && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
