using System.CommandLine;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Auth;
using Teleport.Client.Profiles;
using Teleport.Pki.Files;
using Teleport.Yaml;

namespace Teleport.Tctl;

/// <summary>Options that every command takes, and how they lead to the auth service.</summary>
internal sealed class GlobalOptions
{
    private const string DefaultConfig = "/etc/teleport.yaml";
    private const string DefaultDataDir = "/var/lib/teleport";

    public Option<string?> Config { get; } = new("--config", "-c") { Description = $"Configuration of the auth server on this host (TELEPORT_CONFIG_FILE); else {DefaultConfig}.", Recursive = true };

    public Option<string?> ConfigText { get; } = new("--config-string") { Hidden = true, Recursive = true };

    public Option<string[]> AuthServer { get; } = new("--auth-server") { Description = "Auth server or proxy, HOST[:PORT]; may be repeated.", Recursive = true };

    public Option<string?> Identity { get; } = new("--identity", "-i") { Description = "Identity file, from tctl auth sign or tsh login --out.", Recursive = true };

    public Option<bool> Insecure { get; } = new("--insecure") { Description = "Accepted for habit; the auth service is always verified.", Recursive = true };

    public Option<bool> Debug { get; } = new("--debug", "-d") { Description = "Say more when something fails.", Recursive = true };

    public void AddTo(RootCommand root)
    {
        foreach (Option option in new Option[] { Config, ConfigText, AuthServer, Identity, Insecure, Debug })
        {
            root.Add(option);
        }
    }

    /// <summary>Opens the auth service: by an identity file, as this host's administrator, or by the profile of tsh, in this order.</summary>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: none of the three is there.</exception>
    public async Task<AuthClient> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        NetworkAddress[] servers = [.. (parsed.GetValue(AuthServer) ?? []).SelectMany(Formats.List).Select(Address)];
        if (parsed.GetValue(Identity) is { } file)
        {
            ClientIdentity identity = ClientIdentity.Of(IdentityFile.Load(file));
            return identity.IsExpired(TimeProvider.System)
                ? throw TeleportException.Unauthenticated($"The identity file {file} expired at {identity.Expires:u}. Make a new one on the auth server: tctl auth sign --user=NAME --out=FILE")
                : await AuthConnections.OpenAnyAsync(servers.Length > 0 ? servers : [new NetworkAddress("127.0.0.1", AuthProtocol.DefaultPort)], identity, cancellationToken);
        }

        string? config = parsed.GetValue(Config) ?? (Environment.GetEnvironmentVariable("TELEPORT_CONFIG_FILE") is { Length: > 0 } variable ? variable : null);
        string? dataDir = parsed.GetValue(ConfigText) is { } text ? DataDirOf(Decode(text)) : config is "" ? null : DataDir(config);
        if (servers.Length == 0 && dataDir is not null && AuthConnections.TryOpenLocal(dataDir) is { } local)
        {
            return local;
        }

        var store = ProfileStore.Default(Console.Error);
        if (config is null or "" && await store.FindAsync(servers.FirstOrDefault()?.Host.ToLowerInvariant(), cancellationToken) is { Identity: { } own, Profile: var profile })
        {
            return own.IsExpired(TimeProvider.System)
                ? throw TeleportException.Unauthenticated($"Your login to {profile.ProxyHost} as {profile.User} expired. Log in again with: tsh login --proxy={profile.WebAddress.ToHostPort()} --user={profile.User}")
                : AuthConnections.Open(profile, own);
        }

        throw TeleportException.Unauthenticated(
            $"There is nothing to prove who you are with: no --identity FILE, no auth server's data in {dataDir ?? DefaultDataDir} (is teleport running there? name its configuration by -c), " +
            "and no profile of tsh that is still good (tsh login).");
    }

    private static NetworkAddress Address(string text)
    {
        try
        {
            return NetworkAddress.Parse(text);
        }
        catch (FormatException e)
        {
            throw TeleportException.Invalid($"--auth-server: {e.Message}");
        }
    }

    private static string DataDir(string? config)
    {
        string path = config ?? DefaultConfig;
        if (!File.Exists(path))
        {
            return config is null ? DefaultDataDir : throw TeleportException.NotFound($"The configuration {config} does not exist.");
        }

        return DataDirOf(File.ReadAllText(path));
    }

    private static string Decode(string base64)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException e)
        {
            throw TeleportException.Invalid($"--config-string is not base64: {e.Message}");
        }
    }

    /// <summary>Only one key is of interest here; teleport itself checks the whole file.</summary>
    private static string DataDirOf(string yaml)
    {
        var root = YamlDocuments.ParseTolerantly(yaml).Document as YamlMapping;
        return (root?.Find("teleport") as YamlMapping)?.Find("data_dir") is YamlScalar { Text.Length: > 0 } dataDir ? Path.GetFullPath(dataDir.Text) : DefaultDataDir;
    }
}
