using System.Text.Json;
using System.Text.Json.Serialization;
using Teleport.Abstractions.Errors;

namespace Teleport.Pki.Identities;

/// <summary>The JSON inside of certificates.</summary>
[JsonSourceGenerationOptions(AllowDuplicateProperties = false, MaxDepth = 8)]
[JsonSerializable(typeof(RoleList))]
[JsonSerializable(typeof(RequestList))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(SortedDictionary<string, IReadOnlyList<string>?>))]
internal sealed partial class IdentityJson : JsonSerializerContext
{
    private const string RolesVersion = "v1";

    public static string WriteRoles(IReadOnlyList<string> roles) =>
        JsonSerializer.Serialize(new RoleList { Version = RolesVersion, Roles = roles }, Default.RoleList);

    public static IReadOnlyList<string> ReadRoles(string json) => Read(json, "roles", text =>
    {
        RoleList? list = JsonSerializer.Deserialize(text, Default.RoleList);
        return list is { Version: RolesVersion } ? list.Roles ?? [] : throw new JsonException("The version is not v1.");
    });

    public static string WriteTraits(IReadOnlyDictionary<string, IReadOnlyList<string>> traits) =>
        JsonSerializer.Serialize(
            new SortedDictionary<string, IReadOnlyList<string>?>(traits.ToDictionary(trait => trait.Key, trait => (IReadOnlyList<string>?)trait.Value), StringComparer.Ordinal),
            Default.SortedDictionaryStringIReadOnlyListString);

    /// <summary>Reads traits; a list that is null, as other implementations write it, is empty.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ReadTraits(string json) => Read(json, "traits", text =>
        (JsonSerializer.Deserialize(text, Default.SortedDictionaryStringIReadOnlyListString) ?? [])
            .ToDictionary(trait => trait.Key, trait => trait.Value ?? [], StringComparer.Ordinal));

    public static string WriteRequests(IReadOnlyList<string> requests) =>
        JsonSerializer.Serialize(new RequestList { AccessRequests = requests }, Default.RequestList);

    public static IReadOnlyList<string> ReadRequests(string json) => Read(json, "access requests", text =>
        JsonSerializer.Deserialize(text, Default.RequestList)?.AccessRequests ?? []);

    public static string WriteResources(IReadOnlyList<string> resources) => JsonSerializer.Serialize(resources, Default.IReadOnlyListString);

    /// <summary>Reads the only resources that a certificate reaches. An empty list would mean all of them, so it is refused.</summary>
    public static IReadOnlyList<string> ReadResources(string json) => Read(json, "allowed resources", text =>
        JsonSerializer.Deserialize(text, Default.IReadOnlyListString) is { Count: > 0 } list ? list : throw new JsonException("The list is empty."));

    private static T Read<T>(string json, string what, Func<string, T> read)
    {
        try
        {
            return read(json);
        }
        catch (JsonException exception)
        {
            throw new TeleportException(ErrorCode.Unauthenticated, $"The {what} in a certificate cannot be read.", exception);
        }
    }
}
