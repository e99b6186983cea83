using System.Globalization;

namespace Teleport.Yaml;

/// <summary>Paths of keys, as <c>spec.allow.rules[0].verbs</c>.</summary>
public static class YamlPath
{
    /// <summary>A path and a key below it.</summary>
    public static string Join(string path, string key)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length == 0 ? key : $"{path}.{key}";
    }

    /// <summary>A path and an item of the list there.</summary>
    public static string Join(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>The value at a path, or the nearest one above it that exists; <c>null</c> when not even the first key is there.</summary>
    public static YamlNode? Locate(YamlNode root, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        YamlNode? found = null;
        YamlNode? current = root;
        foreach (string step in path.Split(['.', '['], StringSplitOptions.RemoveEmptyEntries))
        {
            current = current switch
            {
                YamlMapping mapping => mapping.Find(step.TrimEnd(']')),
                YamlSequence sequence when int.TryParse(step.TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                    && index < sequence.Items.Count => sequence.Items[index],
                _ => null,
            };
            if (current is null)
            {
                return found;
            }

            found = current;
        }

        return found ?? root;
    }

    internal static string FromJsonPath(string? path) => path is null ? "" : path.TrimStart('$').TrimStart('.');
}
