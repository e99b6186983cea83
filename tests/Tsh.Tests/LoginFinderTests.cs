using System.CommandLine;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Commands;
using Teleport.Client.Profiles;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Tsh.Tests;

public sealed class LoginFinderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tsh-finder-").FullName;
    private readonly GlobalOptions _globals = new(static _ => null);
    private readonly ProfileStore _store;

    public LoginFinderTests() => _store = new ProfileStore(new ProfilePaths(Path.Combine(_folder, "home")), TextWriter.Null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Require_GoodLogin_IsFound()
    {
        await SaveAsync(TimeSpan.FromHours(1));
        ActiveLogin login = await RequireAsync("ls --cluster=demo");
        Assert.Equal(("alice", true), (login.Profile.User, login.IsStored));
    }

    [Fact]
    public async Task Require_NoLogin_SaysHowToLogIn()
    {
        TeleportException error = await FailureAsync("ls");
        Assert.Equal((ErrorCode.Unauthenticated, "Not logged in. Log in with: tsh login --proxy=HOST:PORT"), (error.Code, error.Message));
        Assert.Contains("tsh login --proxy=other:1", (await FailureAsync("ls --proxy=other:1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Require_ExpiredLogin_SaysSinceWhenAndHowToLogIn()
    {
        await SaveAsync(TimeSpan.FromHours(-1));
        TeleportException error = await FailureAsync("ls");
        Assert.Equal(ErrorCode.Unauthenticated, error.Code);
        Assert.Matches("^Your login to proxy as alice expired at .*Z\\. Log in again with: tsh login --proxy=proxy:3080 --user=alice$", error.Message);
    }

    [Fact]
    public async Task Require_AnotherUser_IsNotLoggedIn()
    {
        await SaveAsync(TimeSpan.FromHours(1));
        Assert.Contains("Not logged in to proxy as bob, but as alice", (await FailureAsync("ls --user=bob")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Require_AnotherCluster_IsNotFound()
    {
        await SaveAsync(TimeSpan.FromHours(1));
        TeleportException error = await FailureAsync("ls --cluster=other");
        Assert.Equal(ErrorCode.NotFound, error.Code);
        Assert.Contains("cluster other not found; this proxy serves demo", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Require_DamagedProfile_SaysHowToReplaceIt()
    {
        await SaveAsync(TimeSpan.FromHours(1));
        await File.WriteAllTextAsync(_store.Paths.Profile("proxy"), "{", Token);
        TeleportException error = await FailureAsync("ls");
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.Contains("Log in again with: tsh login --proxy=proxy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Require_IdentityFile_NeedsAProxyAndNoProfile()
    {
        string file = Path.Combine(_folder, "id");
        await File.WriteAllTextAsync(file, Login(TimeSpan.FromHours(1)).Format(), Token);
        Assert.Contains("name the proxy too", (await FailureAsync($"ls -i {file}")).Message, StringComparison.Ordinal);
        ActiveLogin login = await RequireAsync($"ls -i {file} --proxy=p:443,3099");
        Assert.Equal(("alice", "p:443", "p:3099", false), (login.Profile.User, login.Profile.WebAddress.ToHostPort(), login.Profile.SshAddress.ToHostPort(), login.IsStored));
        await File.WriteAllTextAsync(file, Login(TimeSpan.FromHours(-1)).Format(), Token);
        Assert.Contains("expired", (await FailureAsync($"ls -i {file} --proxy=p")).Message, StringComparison.Ordinal);
    }

    private Task<ActiveLogin> RequireAsync(string typed)
    {
        RootCommand root = TshCommand.Create(_globals);
        return new LoginFinder(_globals, _store).RequireAsync(CommandLines.Parse(root, typed.Split(' ')), Token);
    }

    private Task<TeleportException> FailureAsync(string typed) => Assert.ThrowsAsync<TeleportException>(() => RequireAsync(typed));

    private Task SaveAsync(TimeSpan life) => _store.SaveAsync(
        new Profile { ProxyHost = "proxy", WebAddress = new NetworkAddress("proxy", 3080), SshAddress = new NetworkAddress("proxy", 3023), User = "alice", Cluster = "demo" }, Login(life), Token);

    private static IdentityFile Login(TimeSpan life)
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        SshCertificate certificate = new SshCertificateRequest
        {
            Key = key.PublicKey, Kind = SshCertificateKind.User, KeyId = "alice", Principals = ["root"],
            ValidAfter = DateTimeOffset.UnixEpoch, ValidBefore = TimeProvider.System.GetUtcNow() + life,
        }.Sign(authority);
        return new IdentityFile { PrivateKey = key.ToPkcs8Pem(), SshCertificate = certificate, SshAuthorities = [new HostAuthorityLine("demo", authority.PublicKey)] };
    }
}
