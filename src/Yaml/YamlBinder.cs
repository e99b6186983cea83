using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Teleport.Yaml;

/// <summary>Makes records of values, by the metadata of System.Text.Json. Needs no reflection, so native commands can use it.</summary>
/// <remarks>
/// A value is first written as JSON, guided by the types it is for: <c>yes</c> becomes a boolean where one is expected and a text
/// where a text is. Every mistake found on the way is reported with its place. Then the JSON is read by the type's own codec.
/// </remarks>
public static class YamlBinder
{
    /// <summary>Makes a value of a type.</summary>
    /// <exception cref="YamlMistakesException">Keys that are unknown, or values of a wrong type.</exception>
    public static T Bind<T>(YamlNode node, JsonTypeInfo<T> type) => (T)Bind(node, (JsonTypeInfo)type);

    /// <summary>Makes a value of a type that is known only when the program runs.</summary>
    /// <exception cref="YamlMistakesException">Keys that are unknown, or values of a wrong type.</exception>
    public static object Bind(YamlNode node, JsonTypeInfo type)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(type);
        byte[] json = ToJson(node, type);
        try
        {
            return JsonSerializer.Deserialize(json, type)
                ?? throw new YamlMistakesException([new YamlMistake(node.Location, "", "expected a value, got nothing")]);
        }
        catch (JsonException e)
        {
            string path = YamlPath.FromJsonPath(e.Path);
            YamlLocation location = YamlPath.Locate(node, path)?.Location ?? node.Location;
            throw new YamlMistakesException([new YamlMistake(location, path, TypedJson.Sentence(e))]);
        }
    }

    /// <summary>Writes a value as the JSON of a type, without making the type.</summary>
    /// <exception cref="YamlMistakesException">Keys that are unknown, or values of a wrong type.</exception>
    public static byte[] ToJson(YamlNode node, JsonTypeInfo type)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(type);
        var mistakes = new List<YamlMistake>();
        byte[] json = TypedJson.Write(node, type, mistakes);
        return mistakes.Count == 0 ? json : throw new YamlMistakesException(mistakes);
    }
}
