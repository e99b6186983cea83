using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Tests.Fixtures;
using Teleport.Pki.Files;

namespace Teleport.Client.Tests.Profiles;

public sealed class ProfileStoreTests : IDisposable
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("tsh-store-").FullName;
    private readonly TestCluster _cluster = new();
    private readonly StringWriter _warnings = new();
    private readonly ProfilePaths _paths;
    private readonly ProfileStore _store;

    public ProfileStoreTests()
    {
        _paths = new ProfilePaths(Path.Combine(_folder, "home"));
        _store = new ProfileStore(_paths, _warnings);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _cluster.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Save_Login_IsFoundAgainAndForTheOwnerOnly()
    {
        (Profile profile, IdentityFile identity) = await LogInAsync("proxy.example.com", "alice");
        StoredLogin found = (await _store.FindAsync(null, Token))!;
        Assert.Equal(profile, found.Profile);
        Assert.Equal(profile, (await _store.FindAsync("proxy.example.com", Token))!.Profile);
        Assert.Equal(identity.SshCertificate!.Blob.ToArray(), found.Identity!.Certificate!.Blob.ToArray());
        Assert.Equal(_cluster.HostKey, Assert.Single(found.Identity.HostAuthorities));
        Assert.All(Directory.EnumerateFileSystemEntries(_paths.Home, "*", SearchOption.AllDirectories).Append(_paths.Home), static path => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & Others));
        Assert.True(await _store.RemoveAsync(profile, Token));
        Assert.Null(await _store.FindAsync(null, Token));
        Assert.False(await _store.RemoveAsync(profile, Token));
    }

    [Fact]
    public async Task H53_KeyThatOthersMayRead_IsNarrowed()
    {
        await LogInAsync("proxy", "alice");
        string key = _paths.PrivateKey("proxy", "alice");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.NotNull((await _store.FindAsync(null, Token))!.Identity);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }

    [Fact]
    public async Task H53_ManyLoginsAndLogoutsAtOnce_LeaveWholeProfiles()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 20), new ParallelOptions { MaxDegreeOfParallelism = 20, CancellationToken = Token }, async (i, token) =>
        {
            // Each as a program of its own.
            var store = new ProfileStore(_paths, _warnings);
            (Profile profile, IdentityFile identity) = _cluster.Login("proxy", i % 2 == 0 ? "alice" : "bob");
            await store.SaveAsync(profile, identity, token);
            Assert.All(await store.ListAsync(token), static login => Assert.True(login.Identity is null || login.Identity.Ssh is not null));
            if (i % 3 == 0)
            {
                await store.RemoveAsync(profile, token);
            }
        });
        Assert.Empty(_warnings.ToString());
        await LogInAsync("proxy", "alice");
        Assert.Equal("alice", (await _store.FindAsync(null, Token))!.Identity!.ReadUser().UserName);
        Assert.DoesNotContain(Directory.EnumerateFiles(_paths.Home, "*", SearchOption.AllDirectories), static file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task H53_LinksInTheProfile_AreNotFollowed()
    {
        await LogInAsync("proxy", "alice");
        string secret = Path.Combine(_folder, "elsewhere");
        await File.WriteAllTextAsync(secret, "untouched", Token);
        string key = _paths.PrivateKey("proxy", "alice");
        File.Delete(key);
        File.CreateSymbolicLink(key, secret);
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => _store.FindAsync(null, Token));
        Assert.Contains("link", error.Message, StringComparison.Ordinal);

        await LogInAsync("proxy", "alice");
        Assert.Equal("untouched", await File.ReadAllTextAsync(secret, Token));
        Assert.Null(new FileInfo(key).LinkTarget);
        Assert.NotNull((await _store.FindAsync(null, Token))!.Identity);
    }

    [Fact]
    public async Task H53_LinkInPlaceOfAFolder_IsRefused()
    {
        string elsewhere = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;
        Directory.CreateDirectory(Path.Combine(_paths.Home, "keys"));
        Directory.CreateSymbolicLink(_paths.Keys("proxy"), elsewhere);
        await Assert.ThrowsAsync<TeleportException>(() => LogInAsync("proxy", "alice"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task H53_LockHeldByAnother_EndsInAClearError()
    {
        await LogInAsync("proxy", "alice");
        await using var held = new FileStream(_paths.Lock, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var store = new ProfileStore(_paths, _warnings, lockLimit: TimeSpan.Zero);
        (Profile profile, IdentityFile identity) = _cluster.Login("proxy", "alice");
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(() => store.SaveAsync(profile, identity, Token));
        Assert.Equal(ErrorCode.Unavailable, error.Code);
        Assert.Contains("locked by another tsh", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_DamagedProfile_IsPassedOverWithAWarning()
    {
        await LogInAsync("one", "alice");
        await File.WriteAllTextAsync(_paths.Profile("two"), "user: [", Token);
        await File.WriteAllTextAsync(_paths.Profile("three"), "web_proxy_addr: x:1\nssh_proxy_addr: x:2\nuser: ../../evil\ncluster: demo\n", Token);
        Assert.Equal("one", Assert.Single(await _store.ListAsync(Token)).Profile.ProxyHost);
        Assert.Contains("two.yaml", _warnings.ToString(), StringComparison.Ordinal);
        Assert.Contains("three.yaml", _warnings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SetAside_DamagedProfile_MakesRoomForALogin()
    {
        await LogInAsync("proxy", "alice");
        await File.WriteAllTextAsync(_paths.Profile("proxy"), "\0", Token);
        await Assert.ThrowsAsync<TeleportException>(() => _store.FindAsync("proxy", Token));
        await _store.SetAsideAsync("proxy", Token);
        Assert.Null(await _store.FindAsync("proxy", Token));
        Assert.True(File.Exists(_paths.Profile("proxy") + ".damaged"));
        await LogInAsync("proxy", "alice");
        Assert.NotNull((await _store.FindAsync("proxy", Token))!.Identity);
    }

    [Fact]
    public async Task Find_KeyOfAnotherLogin_IsDamage()
    {
        await LogInAsync("proxy", "alice");
        await File.WriteAllTextAsync(_paths.PrivateKey("proxy", "alice"), _cluster.Login("proxy", "alice").Identity.PrivateKey, Token);
        Assert.Equal(ErrorCode.Invalid, (await Assert.ThrowsAsync<TeleportException>(() => _store.FindAsync("proxy", Token))).Code);
    }

    [Fact]
    public async Task Find_CurrentProfileWithoutAName_IsNoLogin()
    {
        await LogInAsync("proxy", "alice");
        await File.WriteAllTextAsync(_paths.CurrentProfile, "../../etc/passwd", Token);
        Assert.Null(await _store.FindAsync(null, Token));
    }

    [Fact]
    public async Task RemoveAll_DamagedOnesToo_LeavesNoKey()
    {
        await LogInAsync("one", "alice");
        await LogInAsync("two", "bob");
        await File.WriteAllTextAsync(_paths.Profile("two"), "{", Token);
        await _store.RemoveAllAsync(Token);
        Assert.Empty(await _store.ListAsync(Token));
        Assert.False(Directory.Exists(Path.Combine(_paths.Home, "keys")));
    }

    private async Task<(Profile Profile, IdentityFile Identity)> LogInAsync(string proxy, string user)
    {
        (Profile profile, IdentityFile identity) = _cluster.Login(proxy, user);
        await _store.SaveAsync(profile, identity, Token);
        return (profile, identity);
    }
}
