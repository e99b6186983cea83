using System.Text.Json;
using System.Text.Json.Serialization;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Yaml;

namespace Teleport.Client.Profiles;

/// <summary>The file <c>PROXY.yaml</c> of a profile.</summary>
internal sealed class ProfileFile
{
    public string? WebProxyAddr { get; set; }

    public string? SshProxyAddr { get; set; }

    public string? User { get; set; }

    public string? Cluster { get; set; }

    public string? AuthConnector { get; set; }

    public static string Format(Profile profile) => YamlWriter.FromJson(JsonSerializer.SerializeToUtf8Bytes(
        new ProfileFile
        {
            WebProxyAddr = profile.WebAddress.ToHostPort(),
            SshProxyAddr = profile.SshAddress.ToHostPort(),
            User = profile.User,
            Cluster = profile.Cluster,
            AuthConnector = profile.Connector,
        },
        ProfileJson.Default.ProfileFile));

    public static Profile Parse(string proxyHost, string path, string text)
    {
        try
        {
            ProfileFile file = YamlBinder.Bind(Known(YamlDocuments.Parse(text) is [var first, ..] ? first : null), ProfileJson.Default.ProfileFile);
            return new Profile
            {
                ProxyHost = proxyHost,
                WebAddress = Address(file.WebProxyAddr, "web_proxy_addr"),
                SshAddress = Address(file.SshProxyAddr, "ssh_proxy_addr"),
                User = Names.CheckUser(file.User ?? ""),
                Cluster = Names.Check(file.Cluster ?? "", "cluster"),
                Connector = file.AuthConnector ?? "local",
            };
        }
        catch (Exception e) when (e is YamlMistakesException or FormatException or ArgumentException or TeleportException)
        {
            throw new TeleportException(
                ErrorCode.Invalid, $"The profile {path} cannot be read: {e.Message.ReplaceLineEndings("; ").TrimEnd('.')}. Log in again with: tsh login --proxy={proxyHost}", e);
        }
    }

    /// <summary>Only what is known here: a newer program may have written more.</summary>
    private static YamlMapping Known(YamlNode? node) => node is YamlMapping mapping
        ? new YamlMapping([.. mapping.Entries.Where(static entry => ProfileJson.Default.ProfileFile.Properties.Any(property => property.Name == entry.Key.Text))], mapping.Location)
        : throw new FormatException("it holds no keys.");

    private static NetworkAddress Address(string? text, string key) =>
        NetworkAddress.TryParse(text, out NetworkAddress? address) && address is { Port: > 0, Host.Length: > 0 } ? address : throw new FormatException($"{key} is no HOST:PORT.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProfileFile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
