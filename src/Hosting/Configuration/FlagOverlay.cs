using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Lays keys set by flags over a file.</summary>
internal static class FlagOverlay
{
    /// <summary>The same keys, with one set to a value.</summary>
    public static YamlMapping Set(YamlMapping root, FlagSetting setting) => Set(root, setting.Path.Split('.'), setting);

    private static YamlMapping Set(YamlMapping mapping, ReadOnlySpan<string> steps, FlagSetting setting)
    {
        string key = steps[0];
        var place = new YamlLocation(0, 0, setting.Flag);
        YamlNode value = steps.Length == 1
            ? Merge(mapping.Find(key), setting.Value)
            : Set(mapping.Find(key) as YamlMapping ?? new YamlMapping([], place), steps[1..], setting);
        var entries = mapping.Entries.Where(entry => entry.Key.Text != key).ToList();
        entries.Add(new YamlEntry(new YamlScalar(key, isPlain: true, place), value));
        return new YamlMapping(entries, mapping.Location);
    }

    // What a flag adds to a list stands after what the file says.
    private static YamlNode Merge(YamlNode? present, YamlNode added) =>
        present is YamlSequence old && added is YamlSequence more
            ? new YamlSequence([.. old.Items, .. more.Items], old.Location)
            : added;
}
