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
            ProfileFile file = YamlBinder.Bind(YamlDocuments.Parse(text)[0], ProfileJson.Default.ProfileFile);
            return new Profile
            {
                ProxyHost = proxyHost,
                WebAddress = NetworkAddress.Parse(file.WebProxyAddr ?? ""),
                SshAddress = NetworkAddress.Parse(file.SshProxyAddr ?? ""),
                User = Names.Check(file.User ?? "", "user"),
                Cluster = Names.Check(file.Cluster ?? "", "cluster"),
                Connector = file.AuthConnector ?? "local",
            };
        }
        catch (Exception e) when (e is YamlMistakesException or FormatException or ArgumentException)
        {
            throw TeleportException.Invalid($"The profile {path} cannot be read: {e.Message} Log in again with: tsh login --proxy={proxyHost}");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProfileFile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
