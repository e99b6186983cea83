using System.CommandLine;
using System.Globalization;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Terminals;
using Teleport.Client.Web;
using Teleport.Pki.Files;

namespace Teleport.Tsh;

/// <summary>Finds the login that a command is meant to act with. Where there is none any more and somebody to be asked, logs in.</summary>
internal sealed class LoginFinder(GlobalOptions globals, ProfileStore store)
{
    private const int DefaultWebPort = 3080;
    private const int DefaultSshPort = 3023;

    /// <summary>The login to act with.</summary>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: not logged in, or no more; code <c>not_found</c>: it does not lead to the cluster that was named.</exception>
    public async Task<ActiveLogin> RequireAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ActiveLogin login;
        try
        {
            login = await FindAsync(parsed, cancellationToken);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Unauthenticated && LocalTerminal.IsInput && LocalTerminal.IsError && globals.IdentityFile(parsed) is null)
        {
            ProxyAddress? proxy = await ProxyAsync(parsed, cancellationToken);
            if (proxy is null)
            {
                throw;
            }

            await Console.Error.WriteLineAsync(e.Message.Split(" Log in ")[0]);
            await new LoginRunner(globals, store).LogInAsync(parsed, proxy, cluster: null, cancellationToken);
            login = await FindAsync(parsed, cancellationToken);
        }

        return globals.ClusterName(parsed) is { } cluster && cluster != login.Profile.Cluster
            ? throw TeleportException.NotFound($"cluster {cluster} not found; this proxy serves {login.Profile.Cluster}. List clusters with: tsh clusters")
            : login;
    }

    /// <summary>The proxy that is meant: named, or of the profile; <c>null</c>: none.</summary>
    public async Task<ProxyAddress?> ProxyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ProxyAddress? named = globals.Proxy(parsed);
        return named?.WebPort is null && await store.FindAsync(named?.Host, cancellationToken) is { } known
            ? new ProxyAddress(known.Profile.ProxyHost, known.Profile.WebAddress.Port, named?.SshPort)
            : named;
    }

    /// <summary>The login that is there; nobody is asked.</summary>
    public async Task<ActiveLogin> FindAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ProxyAddress? proxy = globals.Proxy(parsed);
        if (globals.IdentityFile(parsed) is { } file)
        {
            return OfFile(file, proxy ?? throw TeleportException.Invalid("An identity file does not say where the cluster is: name the proxy too, as --proxy=proxy.example.com:3080."));
        }

        StoredLogin? stored = await store.FindAsync(proxy?.Host, cancellationToken);
        if (stored is not { Identity: { } identity, Profile: { } profile })
        {
            throw TeleportException.Unauthenticated($"Not logged in{(proxy is null ? "" : $" to {proxy.Host}")}. Log in with: tsh login --proxy={proxy?.ToString() ?? "HOST:PORT"}");
        }

        string again = $"tsh login --proxy={profile.WebAddress.ToHostPort()} --user={globals.User(parsed) ?? profile.User}";
        if (globals.User(parsed) is { } user && user != profile.User)
        {
            throw TeleportException.Unauthenticated($"Not logged in to {profile.ProxyHost} as {user}, but as {profile.User}. Log in with: {again}");
        }

        return identity.IsExpired(TimeProvider.System)
            ? throw TeleportException.Unauthenticated(string.Create(
                CultureInfo.InvariantCulture, $"Your login to {profile.ProxyHost} as {profile.User} expired at {identity.Expires:u}. Log in again with: {again}"))
            : new ActiveLogin(profile, identity, IsStored: true);
    }

    private static ActiveLogin OfFile(string file, ProxyAddress proxy)
    {
        ClientIdentity identity = ClientIdentity.Of(IdentityFile.Load(file));
        string user = Names.CheckUser(identity.Certificate?.KeyId ?? throw TeleportException.Invalid($"The identity file {file} holds no SSH certificate. Make it anew: tctl auth sign --user=NAME --out={file}"));
        return identity.IsExpired(TimeProvider.System)
            ? throw TeleportException.Unauthenticated(string.Create(
                CultureInfo.InvariantCulture, $"The identity file {file} expired at {identity.Expires:u}. Make a new one: tctl auth sign --user={user} --out={file} --overwrite"))
            : new ActiveLogin(
                new Profile
                {
                    ProxyHost = proxy.Host,
                    WebAddress = new NetworkAddress(proxy.Host, proxy.WebPort ?? DefaultWebPort),
                    SshAddress = new NetworkAddress(proxy.Host, proxy.SshPort ?? DefaultSshPort),
                    User = user,
                    Cluster = Names.Check(identity.ClusterName, "cluster"),
                },
                identity,
                IsStored: false);
    }
}
