using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Makes the options of a plugin from a section. Reports every mistake; never ignores a key.</summary>
internal sealed class OptionsBinder(ConfigurationMistakes mistakes, Func<YamlNode, string, IReadOnlyList<ConfiguredAccessPlugin>>? bindAccessPlugins = null)
{
    private const string SecretFileSuffix = "_file";

    /// <summary>Makes options, checks them, and reports options that are reserved or without effect.</summary>
    /// <param name="type">A record with a constructor without parameters.</param>
    /// <param name="section">The keys; <c>null</c>: none were written.</param>
    /// <param name="path">The section's name, for messages.</param>
    public object Bind(Type type, YamlMapping? section, string path)
    {
        object options = BindObject(type, section, path);
        if (options is IPluginOptions self)
        {
            Validate(self, section, path);
        }

        return options;
    }

    /// <summary>Checks that a value is of a type, and drops it.</summary>
    public void Check(YamlNode node, Type type, string path)
    {
        if (node is not YamlScalar { IsEmpty: true })
        {
            TryMake(node, type, path, out _);
        }
    }

    /// <summary>The keys that options of a type have.</summary>
    public static IReadOnlyCollection<string> KeysOf(Type type) => PropertiesOf(type).Keys;

    private object BindObject(Type type, YamlMapping? mapping, string path)
    {
        object target = Activator.CreateInstance(type)!;
        Dictionary<string, PropertyInfo> properties = PropertiesOf(type);
        foreach (YamlEntry entry in mapping?.Entries ?? [])
        {
            string key = entry.Key.Text;
            string keyPath = YamlPath.Join(path, key);
            if (FileOfSecret(properties, key) is { } secret)
            {
                BindSecretFile(target, secret, entry, keyPath, isTwice: mapping!.Find(key[..^SecretFileSuffix.Length]) is not null);
            }
            else if (!properties.TryGetValue(key, out PropertyInfo? property))
            {
                AddUnknown(entry.Key, keyPath, properties.Keys);
            }
            else if (entry.Value is not YamlScalar { IsEmpty: true })
            {
                BindProperty(target, property, entry, keyPath);
            }
        }

        return target;
    }

    private void BindProperty(object target, PropertyInfo property, YamlEntry entry, string path)
    {
        if (property.GetCustomAttribute<LegacyAttribute>() is { Reason: { } reason })
        {
            mistakes.AddWarning(entry.Key.Location, path, $"has no effect: {reason.TrimEnd('.')}");
        }

        object? initial = property.GetValue(target);
        if (!TryMake(entry.Value, property.PropertyType, path, out object? value))
        {
            return;
        }

        if (property.GetCustomAttribute<ReservedAttribute>() is { } reserved && !OptionEquality.AreSame(initial, value))
        {
            // Bound all the same, so that what follows from it, as a clash of addresses, is reported too.
            mistakes.Add(entry.Key.Location, path, $"is not supported yet: {reserved.Reason.TrimEnd('.')}");
        }

        property.SetValue(target, value);
    }

    private bool TryMake(YamlNode node, Type declared, string path, out object? value)
    {
        Type type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(YamlNode))
        {
            value = node;
            return true;
        }

        if (type == typeof(IReadOnlyList<ConfiguredAccessPlugin>))
        {
            value = bindAccessPlugins?.Invoke(node, path) ?? [];
            return true;
        }

        if (OptionValues.IsSingle(type))
        {
            return TryMakeSingle(node, type, path, out value);
        }

        if (type == typeof(SecretSource))
        {
            return TryMakeSecret(node, path, out value);
        }

        if (type == typeof(StringList))
        {
            bool made = TryMakeList(node, typeof(string), path, out IList strings);
            value = StringListBuilder.Create(strings.Cast<string>().ToArray());
            return made;
        }

        if (ItemTypeOf(type, typeof(IReadOnlyDictionary<,>), argument: 1) is { } valueType)
        {
            return TryMakeDictionary(node, valueType, path, out value);
        }

        if (ItemTypeOf(type, typeof(IEnumerable<>), argument: 0) is { } itemType)
        {
            bool made = TryMakeList(node, itemType, path, out IList list);
            value = type.IsArray ? ToArray(list, itemType) : list;
            return made;
        }

        return TryMakeObject(node, type, path, out value);
    }

    private bool TryMakeSingle(YamlNode node, Type type, string path, out object? value)
    {
        string complaint = $"expected {OptionValues.Expected(type)}";
        value = null;
        if (node is YamlScalar scalar && OptionValues.TryRead(scalar.Text, type, out value, out complaint))
        {
            return true;
        }

        string example = complaint.StartsWith("expected yes or no", StringComparison.Ordinal) ? $" (as \"{path.Split('.')[^1]}: yes\")" : "";
        string got = type == typeof(Abstractions.Security.Secret) ? "" : $", got {node.Description}";
        mistakes.Add(node.Location, path, $"{complaint}{example}{got}");
        return false;
    }

    // The key NAME_file stands for a secret NAME that is in a file.
    private static PropertyInfo? FileOfSecret(Dictionary<string, PropertyInfo> properties, string key) =>
        key.EndsWith(SecretFileSuffix, StringComparison.Ordinal)
        && !properties.ContainsKey(key)
        && properties.TryGetValue(key[..^SecretFileSuffix.Length], out PropertyInfo? property)
        && property.PropertyType == typeof(SecretSource)
            ? property
            : null;

    private void BindSecretFile(object target, PropertyInfo property, YamlEntry entry, string path, bool isTwice)
    {
        if (isTwice)
        {
            mistakes.Add(entry.Key.Location, path, $"and {path[..^SecretFileSuffix.Length]} are both written; keep one");
        }
        else if (TryMakeSingle(entry.Value, typeof(string), path, out object? file))
        {
            property.SetValue(target, new SecretSource { File = (string)file! });
        }
    }

    private bool TryMakeSecret(YamlNode node, string path, out object? value)
    {
        if (node is YamlScalar scalar)
        {
            mistakes.AddWarning(node.Location, path, $"holds a secret in plain text; write {path.Split('.')[^1]}_file: PATH, or {{env: NAME}}");
            value = new SecretSource { Value = new Abstractions.Security.Secret(scalar.Text) };
            return true;
        }

        if (!TryMakeObject(node, typeof(SecretSource), path, out value))
        {
            return false;
        }

        var source = (SecretSource)value!;
        if (source.Value is null && (source.File is null) != (source.Env is null))
        {
            return true;
        }

        mistakes.Add(node.Location, path, "must have one of file and env");
        return false;
    }

    private bool TryMakeList(YamlNode node, Type itemType, string path, out IList list)
    {
        list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType))!;
        // A single value stands for a list of one.
        bool isList = node is YamlSequence;
        IReadOnlyList<YamlNode> items = node is YamlSequence sequence ? sequence.Items : [node];
        bool all = true;
        for (int i = 0; i < items.Count; i++)
        {
            all &= TryMake(items[i], itemType, isList ? YamlPath.Join(path, i) : path, out object? item);
            if (item is not null)
            {
                list.Add(item);
            }
        }

        return all;
    }

    private bool TryMakeDictionary(YamlNode node, Type valueType, string path, out object? value)
    {
        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), valueType))!;
        value = dictionary;
        if (node is not YamlMapping mapping)
        {
            mistakes.Add(node.Location, path, $"expected keys with values, got {node.Description}");
            return false;
        }

        bool all = true;
        foreach (YamlEntry entry in mapping.Entries)
        {
            all &= TryMake(entry.Value, valueType, YamlPath.Join(path, entry.Key.Text), out object? item);
            if (item is not null)
            {
                dictionary[entry.Key.Text] = item;
            }
        }

        return all;
    }

    private bool TryMakeObject(YamlNode node, Type type, string path, out object? value)
    {
        if (node is YamlMapping mapping)
        {
            // What is wrong inside was reported there; the object stands for the rest.
            value = BindObject(type, mapping, path);
            return true;
        }

        value = null;
        mistakes.Add(node.Location, path, $"expected keys with values, got {node.Description}");
        return false;
    }

    private void AddUnknown(YamlScalar key, string path, IReadOnlyCollection<string> known)
    {
        if (LegacyKeys.ReasonOf(key.Text) is { } reason)
        {
            mistakes.AddWarning(key.Location, path, reason);
        }
        else
        {
            mistakes.Add(key.Location, path, $"unknown key; {NearestName.Hint(key.Text, known)}");
        }
    }

    private void Validate(IPluginOptions options, YamlMapping? section, string path)
    {
        var validation = new OptionsValidation();
        options.Validate(validation);
        foreach (OptionsMistake mistake in validation.Mistakes)
        {
            YamlLocation location = section is null ? default : YamlPath.Locate(section, mistake.Key)?.Location ?? section.Location;
            string keyPath = YamlPath.Join(path, mistake.Key);
            if (mistake.IsWarning)
            {
                mistakes.AddWarning(location, keyPath, mistake.Message.TrimEnd('.'));
            }
            else
            {
                mistakes.Add(location, keyPath, mistake.Message.TrimEnd('.'));
            }
        }
    }

    private static Dictionary<string, PropertyInfo> PropertiesOf(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(static p => p.CanWrite && p.GetIndexParameters().Length == 0)
        .ToDictionary(static p => p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? OptionValues.SnakeCase(p.Name), StringComparer.Ordinal);

    private static Type? ItemTypeOf(Type type, Type openInterface, int argument)
    {
        Type? found = type.IsGenericType && type.GetGenericTypeDefinition() == openInterface
            ? type
            : type.GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == openInterface);
        return found?.GetGenericArguments()[argument];
    }

    private static Array ToArray(IList list, Type itemType)
    {
        var array = Array.CreateInstance(itemType, list.Count);
        list.CopyTo(array, 0);
        return array;
    }
}
