using System.CommandLine;
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

    public Option<string?> AuthServer { get; } = new("--auth-server") { Description = "Auth server or proxy, HOST[:PORT].", Recursive = true };

    public Option<string?> Identity { get; } = new("--identity", "-i") { Description = "Identity file, from tctl auth sign or tsh login --out.", Recursive = true };

    public Option<bool> Insecure { get; } = new("--insecure") { Description = "Accepted for habit; the auth service is always verified.", Recursive = true };

    public Option<bool> Debug { get; } = new("--debug", "-d") { Description = "Say more when something fails.", Recursive = true };

    public void AddTo(RootCommand root)
    {
        foreach (Option option in new Option[] { Config, AuthServer, Identity, Insecure, Debug })
        {
            root.Add(option);
        }
    }

    /// <summary>Opens the auth service: by an identity file, as this host's administrator, or by the profile of tsh, in this order.</summary>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: none of the three is there.</exception>
    public async Task<AuthClient> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        NetworkAddress? server = parsed.GetValue(AuthServer) is { } text ? Address(text) : null;
        if (parsed.GetValue(Identity) is { } file)
        {
            return await AuthConnections.OpenAnyAsync(server ?? new NetworkAddress("127.0.0.1", AuthProtocol.DefaultPort), ClientIdentity.Of(IdentityFile.Load(file)), cancellationToken);
        }

        string? named = parsed.GetValue(Config) ?? (Environment.GetEnvironmentVariable("TELEPORT_CONFIG_FILE") is { Length: > 0 } variable ? variable : null);
        string dataDir = DataDir(named);
        if (server is null && AuthConnections.TryOpenLocal(dataDir) is { } local)
        {
            return local;
        }

        var store = ProfileStore.Default(Console.Error);
        if (named is null && await store.FindAsync(server?.Host.ToLowerInvariant(), cancellationToken) is { Identity: { } identity, Profile: var profile })
        {
            return identity.IsExpired(TimeProvider.System)
                ? throw TeleportException.Unauthenticated($"Your login to {profile.ProxyHost} as {profile.User} expired. Log in again with: tsh login --proxy={profile.WebAddress.ToHostPort()} --user={profile.User}")
                : AuthConnections.Open(profile, identity);
        }

        throw TeleportException.Unauthenticated(
            $"There is nothing to prove who you are with: no --identity FILE, no auth server's data in {dataDir} (is teleport running there? name its configuration by -c), " +
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

        // Only one key is of interest here; teleport itself checks the whole file.
        var root = YamlDocuments.ParseTolerantly(File.ReadAllText(path)).Document as YamlMapping;
        return (root?.Find("teleport") as YamlMapping)?.Find("data_dir") is YamlScalar { Text.Length: > 0 } dataDir ? Path.GetFullPath(dataDir.Text) : DefaultDataDir;
    }
}
