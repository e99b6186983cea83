using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Plugins;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Reads <c>teleport.storage</c>: which backend, which sinks of audit events, which store of recordings.</summary>
internal sealed class StorageSelection(ConfigurationMistakes mistakes, PluginCatalog catalog, string dataDir)
{
    private const string Path = "teleport.storage";
    private const string DefaultType = "dir";
    private static readonly string[] KnownSchemes = ["file", "stdout", "dynamodb", "firestore", "postgresql", "athena", "azblob", "s3", "gs"];
    private static readonly string[] OwnKeys = ["type", "audit_events_uri", "audit_sessions_uri", "audit_table_name", "audit_retention_period"];

    private readonly OptionsBinder _binder = new(mistakes);

    /// <summary>Checks the section and, for an auth role, finds what it names.</summary>
    /// <param name="node">The section; <c>null</c>: it is not there.</param>
    /// <param name="isUsed">Whether an auth role runs in this process.</param>
    /// <returns><c>null</c> when nothing is stored here, or the section is wrong.</returns>
    public StorageChoice? Read(YamlNode? node, bool isUsed)
    {
        if (node is not (null or YamlMapping))
        {
            mistakes.Add(node.Location, Path, $"expected keys with values, got {node.Description}");
            return null;
        }

        var section = (YamlMapping?)node;
        string type = ReadText(section, "type") ?? DefaultType;
        List<Uri> sinks = ReadUris(section, "audit_events_uri", PluginPartKind.AuditLog, isUsed)
            ?? [new Uri("file://" + System.IO.Path.Combine(dataDir, "log"))];
        List<Uri> stores = ReadUris(section, "audit_sessions_uri", PluginPartKind.RecordingStore, isUsed)
            ?? [new Uri("file://" + System.IO.Path.Combine(dataDir, "log", "records"))];
        CheckUris(section, sinks);
        InstalledPlugin? plugin = isUsed ? FindBackend(section, type) : catalog.Find(PluginPartKind.Backend, type);
        BackendPart? part = isUsed && plugin is not null ? Load(section, plugin, type) : null;
        object? options = BindBackend(section, type, part);
        return part is not null && plugin is not null && options is not null && sinks.Count > 0 && stores.Count > 0
            ? new StorageChoice(part.Name, plugin, options, sinks, stores[0])
            : null;
    }

    private InstalledPlugin? FindBackend(YamlMapping? section, string type)
    {
        InstalledPlugin? plugin = catalog.Find(PluginPartKind.Backend, type);
        if (plugin is null)
        {
            mistakes.Add(Place(section, "type"), $"{Path}.type", catalog.DescribeMissing(PluginPartKind.Backend, type));
        }

        return plugin;
    }

    private BackendPart? Load(YamlMapping? section, InstalledPlugin plugin, string type)
    {
        try
        {
            return plugin.Parts.Backends.First(b => b.Name == type || b.Aliases.Contains(type));
        }
        catch (PluginException e)
        {
            mistakes.Add(Place(section, "type"), $"{Path}.type", e.Message.TrimEnd('.'));
            return null;
        }
    }

    private object? BindBackend(YamlMapping? section, string type, BackendPart? part)
    {
        IReadOnlyCollection<string> ofBackend = part is null ? [] : OptionsBinder.KeysOf(part.OptionsType);
        var own = new List<YamlEntry>();
        foreach (YamlEntry entry in section?.Entries ?? [])
        {
            string key = entry.Key.Text;
            string path = YamlPath.Join(Path, key);
            if (OwnKeys.Contains(key))
            {
                continue;
            }

            if (ofBackend.Contains(key))
            {
                own.Add(entry);
            }
            else if (StorageKeys.Find(key) is { } known)
            {
                _binder.Check(entry.Value, known.Type, path);
                if (part is not null)
                {
                    mistakes.AddWarning(entry.Key.Location, path, $"has no effect with the type \"{type}\"; it is used by {known.Users} only");
                }
            }
            else
            {
                mistakes.Add(entry.Key.Location, path, $"unknown key; {NearestName.Hint(key, [.. OwnKeys, .. ofBackend, .. StorageKeys.All])}");
            }
        }

        YamlMapping? rest = section is null ? null : new YamlMapping(own, section.Location);
        return part is null ? null : _binder.Bind(part.OptionsType, rest, Path);
    }

    private List<Uri>? ReadUris(YamlMapping? section, string key, PluginPartKind kind, bool isUsed)
    {
        YamlNode? node = section?.Find(key);
        if (node is null or YamlScalar { IsEmpty: true })
        {
            return null;
        }

        string path = YamlPath.Join(Path, key);
        var uris = new List<Uri>();
        IReadOnlyList<YamlNode> items = node is YamlSequence sequence ? sequence.Items : [node];
        if (kind == PluginPartKind.RecordingStore && items.Count > 1)
        {
            mistakes.Add(node.Location, path, "expected one URI, got a list");
        }

        foreach (YamlNode item in items)
        {
            if (item is not YamlScalar scalar || !Uri.TryCreate(scalar.Text, UriKind.Absolute, out Uri? uri) || !scalar.Text.Contains("://", StringComparison.Ordinal))
            {
                mistakes.Add(item.Location, path, $"expected a URI, as file:///var/lib/teleport/log, got {item.Description}");
            }
            else if (isUsed && catalog.Find(kind, uri.Scheme) is null)
            {
                string message = KnownSchemes.Contains(uri.Scheme) || NearestName.Find(uri.Scheme, catalog.NamesOf(kind)) is not null
                    ? catalog.DescribeMissing(kind, uri.Scheme)
                    : $"unknown scheme \"{uri.Scheme}\"; {catalog.DescribeMissing(kind, uri.Scheme)}";
                mistakes.Add(item.Location, path, message);
            }
            else
            {
                uris.Add(uri);
            }
        }

        return uris;
    }

    private void CheckUris(YamlMapping? section, List<Uri> sinks)
    {
        if (sinks.Count > 0 && sinks.All(static uri => uri.Scheme == "stdout"))
        {
            mistakes.Add(
                Place(section, "audit_events_uri"), $"{Path}.audit_events_uri", "stdout:// alone keeps nothing that could be searched; add a second sink, as file:///var/lib/teleport/log");
        }

        if (ReadText(section, "audit_table_name") is not null)
        {
            if (section!.Find("audit_events_uri") is not null)
            {
                mistakes.Add(Place(section, "audit_table_name"), $"{Path}.audit_table_name", "stands beside audit_events_uri; write dynamodb://TABLE there");
            }
            else
            {
                mistakes.Add(Place(section, "audit_table_name"), $"{Path}.audit_table_name", "is not supported; write audit_events_uri: dynamodb://TABLE");
            }
        }

        if (section?.Find("audit_retention_period") is { } retention and not YamlScalar { IsEmpty: true })
        {
            _binder.Check(retention, typeof(TimeSpan), $"{Path}.audit_retention_period");
            mistakes.AddWarning(retention.Location, $"{Path}.audit_retention_period", "is used by sinks in databases only");
        }

    }

    private string? ReadText(YamlMapping? section, string key)
    {
        switch (section?.Find(key))
        {
            case null or YamlScalar { IsEmpty: true }:
                return null;
            case YamlScalar scalar:
                return scalar.Text;
            case { } other:
                mistakes.Add(other.Location, YamlPath.Join(Path, key), $"expected a text, got {other.Description}");
                return null;
        }
    }

    private static YamlLocation Place(YamlMapping? section, string key) => section?.Find(key)?.Location ?? section?.Location ?? default;
}
