using Teleport.Abstractions.Errors;
using Teleport.Pki.Files;

namespace Teleport.Client.Profiles;

/// <summary>Profiles and their certificates on disk, laid out as <see cref="ProfilePaths"/> says. Programs may use it at the same time.</summary>
public sealed class ProfileStore
{
    private const string Extension = ".yaml";

    private readonly StoreLock _lock;
    private readonly TextWriter _warnings;

    /// <summary>Uses a folder, which is made at the first login.</summary>
    /// <param name="paths">Where things are.</param>
    /// <param name="warnings">Told of damaged profiles that are passed over.</param>
    /// <param name="lockLimit">How long to wait for other programs; <c>null</c>: 20 seconds.</param>
    /// <param name="time">The clock; <c>null</c>: the system's.</param>
    public ProfileStore(ProfilePaths paths, TextWriter warnings, TimeSpan? lockLimit = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(warnings);
        Paths = paths;
        _warnings = warnings;
        _lock = new StoreLock(paths.Lock, lockLimit ?? TimeSpan.FromSeconds(20), time ?? TimeProvider.System);
    }

    /// <summary>Where things are.</summary>
    public ProfilePaths Paths { get; }

    /// <summary>The store of this user.</summary>
    /// <param name="warnings">Told of damaged profiles that are passed over.</param>
    public static ProfileStore Default(TextWriter warnings) => new(ProfilePaths.Default(), warnings);

    /// <summary>All profiles, the active one first. Of damaged ones, only what can be read, with a warning.</summary>
    public async Task<IReadOnlyList<StoredLogin>> ListAsync(CancellationToken cancellationToken)
    {
        using IDisposable? reading = await _lock.ReadAsync(cancellationToken);
        var logins = new List<StoredLogin>();
        foreach (string name in ProxyNames())
        {
            Profile? profile = null;
            try
            {
                profile = ReadProfile(name);
                if (profile is not null)
                {
                    logins.Add(Load(profile));
                }
            }
            catch (TeleportException e)
            {
                await _warnings.WriteLineAsync($"warning: {Names.Printable(e.Message)}");
                if (profile is not null)
                {
                    logins.Add(new StoredLogin(profile, null, CurrentName() == name));
                }
            }
        }

        return [.. logins.OrderBy(static login => login.IsCurrent ? 0 : 1).ThenBy(static login => login.Profile.ProxyHost, StringComparer.Ordinal)];
    }

    /// <summary>The login at a proxy; <c>null</c>: there is none.</summary>
    /// <param name="proxyHost">The proxy; <c>null</c>: the active one.</param>
    /// <param name="cancellationToken">Gives up waiting for others.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is damaged.</exception>
    public async Task<StoredLogin?> FindAsync(string? proxyHost, CancellationToken cancellationToken)
    {
        using IDisposable? reading = await _lock.ReadAsync(cancellationToken);
        return (proxyHost ?? CurrentName()) is { } name && ReadProfile(name) is { } profile ? Load(profile) : null;
    }

    /// <summary>Stores a login and makes its profile the active one.</summary>
    /// <exception cref="TeleportException">A name is refused, or the cluster is known from another proxy (H53).</exception>
    public async Task SaveAsync(Profile profile, IdentityFile identity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(identity);
        string host = Names.Check(profile.ProxyHost, "proxy host");
        Names.CheckUser(profile.User);
        Names.Check(profile.Cluster, "cluster");
        PrivateFiles.CreateFolder(Paths.Home);
        using IDisposable writing = await _lock.WriteAsync(cancellationToken);
        string knownHosts = KnownHostsUpdate.Replace(PrivateFiles.Read(Paths.KnownHosts) ?? "", profile, identity.SshAuthorities, OtherProfiles(host));
        PrivateFiles.CreateFolder(Path.Combine(Paths.Home, "keys"));
        PrivateFiles.CreateFolder(Paths.Keys(host));
        new LoginFiles(Paths, profile).Write(identity, knownHosts);
        PrivateFiles.Write(Paths.CurrentProfile, host + "\n");
    }

    /// <summary>Makes a profile the active one.</summary>
    public async Task SelectAsync(Profile profile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        PrivateFiles.CreateFolder(Paths.Home);
        using IDisposable writing = await _lock.WriteAsync(cancellationToken);
        PrivateFiles.Write(Paths.CurrentProfile, Names.Check(profile.ProxyHost, "proxy host") + "\n");
    }

    /// <summary>Forgets the keys and certificates of a user, and the profile with them.</summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> RemoveAsync(Profile profile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (!Directory.Exists(Paths.Home))
        {
            return false;
        }

        using IDisposable writing = await _lock.WriteAsync(cancellationToken);
        bool was = new LoginFiles(Paths, profile).Delete();
        if (CurrentName() == profile.ProxyHost)
        {
            PrivateFiles.Delete(Paths.CurrentProfile);
        }

        return was;
    }

    /// <summary>Forgets all keys, certificates and profiles, damaged ones too.</summary>
    public async Task RemoveAllAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Paths.Home))
        {
            return;
        }

        using IDisposable writing = await _lock.WriteAsync(cancellationToken);
        PrivateFiles.DeleteFolder(Path.Combine(Paths.Home, "keys"));
        foreach (string name in ProxyNames())
        {
            PrivateFiles.Delete(Paths.Profile(name));
        }

        PrivateFiles.Delete(Paths.CurrentProfile);
    }

    /// <summary>Moves the file of a damaged profile out of the way of a new login.</summary>
    public async Task SetAsideAsync(string proxyHost, CancellationToken cancellationToken)
    {
        string file = Paths.Profile(Names.Check(proxyHost, "proxy host"));
        using IDisposable writing = await _lock.WriteAsync(cancellationToken);
        if (Path.Exists(file) || new FileInfo(file).LinkTarget is not null)
        {
            File.Move(file, file + ".damaged", overwrite: true);
            await _warnings.WriteLineAsync($"warning: the damaged profile was moved to {file}.damaged");
        }
    }

    /// <summary>Name of the active proxy; <c>null</c>: none, or the file does not hold a name.</summary>
    private string? CurrentName() => PrivateFiles.Read(Paths.CurrentProfile)?.Trim() is { Length: > 0 } name && Names.IsSafe(name) ? name : null;

    private IReadOnlyList<string> ProxyNames() => Directory.Exists(Paths.Home)
        ? [.. Directory.EnumerateFiles(Paths.Home, "*" + Extension).Select(static file => Path.GetFileNameWithoutExtension(file)).Where(Names.IsSafe)]
        : [];

    private List<Profile> OtherProfiles(string host)
    {
        var others = new List<Profile>();
        foreach (string name in ProxyNames().Where(name => name != host))
        {
            try
            {
                others.Add(ReadProfile(name)!);
            }
            catch (TeleportException)
            {
                // What cannot be read holds no cluster; the commands that list profiles warn of it.
            }
        }

        return others;
    }

    private Profile? ReadProfile(string proxyHost)
    {
        string file = Paths.Profile(Names.Check(proxyHost, "proxy host"));
        return PrivateFiles.Read(file) is { } text ? ProfileFile.Parse(proxyHost, file, text) : null;
    }

    private StoredLogin Load(Profile profile) => new(profile, new LoginFiles(Paths, profile).Read(), CurrentName() == profile.ProxyHost);
}
