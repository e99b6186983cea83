using System.CommandLine;
using System.Globalization;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Pki.Files;

namespace Teleport.Tsh;

/// <summary>Options that every command takes, before or after its name, and what they mean together with the environment.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Proxy { get; } = new("--proxy") { Description = "Web address of the proxy, HOST[:PORT] (TELEPORT_PROXY).", Recursive = true };

    public Option<string?> User { get; } = new("--user") { Description = "Teleport user (TELEPORT_USER).", Recursive = true };

    public Option<string?> Login { get; } = new("--login", "-l") { Description = "Login on the remote host (TELEPORT_LOGIN).", Recursive = true };

    public Option<string?> Connector { get; } = new("--auth") { Description = "Connector to log in by (TELEPORT_AUTH).", Recursive = true };

    public Option<int?> TtlMinutes { get; } = new("--ttl") { Description = "Wished life of the certificates, in minutes.", Recursive = true };

    public Option<string?> Identity { get; } = new("--identity", "-i") { Description = "Act with an identity file, and touch no profile (TELEPORT_IDENTITY_FILE).", Recursive = true };

    public Option<string?> CertificateFormat { get; } = new("--cert-format") { Description = "Layout of SSH certificates: standard or oldssh.", Recursive = true };

    public Option<bool> Insecure { get; } = new("--insecure") { Description = "Do not verify the proxy's certificate. For tests only.", Recursive = true };

    public Option<bool> Debug { get; } = new("--debug", "-d") { Description = "Say more when something fails (TELEPORT_DEBUG).", Recursive = true };

    public void AddTo(RootCommand root)
    {
        foreach (Option option in new Option[] { Proxy, User, Login, Connector, TtlMinutes, Identity, CertificateFormat, Insecure, Debug })
        {
            root.Add(option);
        }
    }

    /// <summary>The proxy that was named, or <c>null</c>.</summary>
    public NetworkAddress? ProxyAddress(ParseResult parsed)
    {
        string? text = Value(parsed, Proxy, "TELEPORT_PROXY");
        if (text is null)
        {
            return null;
        }

        try
        {
            // HOST:WEB,SSH: the SSH port is learnt from the proxy itself.
            return NetworkAddress.Parse(text.Split(',')[0]) with { Scheme = null };
        }
        catch (FormatException e)
        {
            throw TeleportException.Invalid($"--proxy: {e.Message}");
        }
    }

    public string? ConnectorName(ParseResult parsed) => Value(parsed, Connector, "TELEPORT_AUTH");

    public string UserName(ParseResult parsed, Profile? profile) => Value(parsed, User, "TELEPORT_USER") ?? profile?.User ?? Environment.UserName;

    public string? LoginName(ParseResult parsed) => Value(parsed, Login, "TELEPORT_LOGIN");

    /// <summary>The profile and certificates to act with.</summary>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: not logged in, or no more.</exception>
    public (Profile Profile, ClientIdentity Identity) Require(ParseResult parsed)
    {
        NetworkAddress? proxy = ProxyAddress(parsed);
        ClientIdentity identity;
        Profile profile;
        if (Value(parsed, Identity, "TELEPORT_IDENTITY_FILE") is { } file)
        {
            identity = ClientIdentity.Of(IdentityFile.Load(file));
            NetworkAddress web = (proxy ?? throw TeleportException.Invalid("With --identity, name the proxy by --proxy=HOST:PORT.")).WithDefaultPort(3080);
            profile = new Profile
            {
                ProxyHost = web.Host, WebAddress = web, SshAddress = new NetworkAddress(web.Host, SshPort(parsed)), User = identity.ReadUser().UserName, Cluster = identity.ClusterName,
            };
        }
        else
        {
            var store = ProfileStore.Default();
            profile = store.Find(proxy?.Host) ?? throw NotLoggedIn(proxy);
            identity = store.FindIdentity(profile) ?? throw NotLoggedIn(profile.WebAddress);
        }

        return identity.IsExpired(TimeProvider.System)
            ? throw TeleportException.Unauthenticated(string.Create(
                CultureInfo.InvariantCulture,
                $"The certificate of {profile.User} ended at {identity.Expires:u}. Log in again with: tsh login --proxy={profile.WebAddress.ToHostPort()} --user={profile.User}"))
            : (profile, identity);
    }

    private int SshPort(ParseResult parsed) =>
        Value(parsed, Proxy, "TELEPORT_PROXY")?.Split(',') is [_, var ssh] && int.TryParse(ssh, NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : 3023;

    private static string? Value(ParseResult parsed, Option<string?> option, string variable) =>
        parsed.GetValue(option) ?? (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null);

    private static TeleportException NotLoggedIn(NetworkAddress? proxy) => TeleportException.Unauthenticated(
        $"Not logged in. Log in with: tsh login --proxy={proxy?.ToHostPort() ?? "HOST:PORT"}");
}
