using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Teleport.Proxy.WebUi;

/// <summary>A file of the web pages.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="ETag">Changes with its content.</param>
internal sealed record WebAsset(byte[] Content, string ContentType, string ETag)
{
    public string Text => Encoding.UTF8.GetString(Content);
}

/// <summary>The files of the web pages, which are part of the assembly.</summary>
internal static class WebAssets
{
    private const string Prefix = "WebUi/";

    private static readonly FrozenDictionary<string, WebAsset> All = Load();

    public static WebAsset? Find(string name) => All.GetValueOrDefault(name);

    public static WebAsset Get(string name) => All[name];

    private static FrozenDictionary<string, WebAsset> Load() =>
        typeof(WebAssets).Assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(static name => name[Prefix.Length..], Load);

    private static WebAsset Load(string resource)
    {
        using Stream stream = typeof(WebAssets).Assembly.GetManifestResourceStream(resource)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        string type = Path.GetExtension(resource) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            string other => throw new InvalidOperationException($"The web asset {resource} has the unknown extension {other}."),
        };
        return new WebAsset(content, type, $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
    }
}
