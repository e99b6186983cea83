using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Output;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Tests;

public sealed class ClientBasicsTests : IDisposable
{
    private readonly string _home = Path.Combine(Path.GetTempPath(), $"tsh-home-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_home))
        {
            Directory.Delete(_home, recursive: true);
        }
    }

    [Fact]
    public void Save_Profile_IsFoundAgainAndForTheOwnerOnly()
    {
        var store = new ProfileStore(new ProfilePaths(_home));
        (Profile profile, IdentityFile identity) = Login("proxy.example.com", "alice");
        store.Save(profile, identity);
        Assert.Equal(profile, store.Find());
        Assert.Equal(profile, store.Find("proxy.example.com"));
        Assert.Equal(identity.SshCertificate!.Blob.ToArray(), store.FindIdentity(profile)!.Certificate!.Blob.ToArray());
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        Assert.All(Directory.EnumerateFiles(_home, "*", SearchOption.AllDirectories), static file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others));
        Assert.True(store.Remove(profile));
        Assert.Null(store.Find());
        Assert.False(store.Remove(profile));
    }

    [Fact]
    public async Task H53_ManyLoginsAtOnce_LeaveAWholeProfile()
    {
        var store = new ProfileStore(new ProfilePaths(_home));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
        {
            (Profile profile, IdentityFile identity) = Login("proxy.example.com", "alice");
            store.Save(profile, identity);
        })));
        Assert.NotNull(store.FindIdentity(store.Find()!)!.Ssh);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("a\nHost *")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("a b")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("\u001b[2J")]
    public void H53_HostileNameFromAProxy_IsRefused(string name)
    {
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<TeleportException>(() => Names.Check(name, "cluster")).Code);
        Assert.Equal("demo-cluster", Names.Check("demo-cluster", "cluster"));
    }

    [Fact]
    public void H24_TextForPeople_HasNoControlCharacters() => Assert.Equal("a[2Jb", Names.Printable("a\u001b[2J\u202eb\r\n"));

    [Theory]
    [InlineData("root@web1", "root", "web1", 0)]
    [InlineData("web1", null, "web1", 0)]
    [InlineData("root@web1:22", "root", "web1", 22)]
    [InlineData("a@b@web1", "a@b", "web1", 0)]
    [InlineData("root@env=dev", "root", "env=dev", 0)]
    public void Parse_Target_IsRead(string text, string? login, string host, int port) => Assert.Equal(new NodeTarget(login, host, port), NodeTarget.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("root@")]
    [InlineData("-x@web1")]
    [InlineData("root@-web1")]
    [InlineData("root@web1:x")]
    [InlineData("ro ot@web1")]
    public void H25_TargetThatIsNone_IsRefused(string text) => Assert.Throws<TeleportException>(() => NodeTarget.Parse(text));

    [Fact]
    public void ToString_Table_IsAlignedWithoutBlanksAtTheEnd()
    {
        var table = new Table("Node Name", "Labels");
        table.Add("a", "x=1, y=2\nz=3");
        Assert.Equal("Node Name Labels\n--------- --------\na         x=1, y=2\n          z=3\n", table.ToString());
    }

    [Fact]
    public void ParseFormat_Unknown_ListsWhatIsPossible()
    {
        Assert.Equal(OutputFormat.Json, Documents.ParseFormat("JSON", OutputFormat.Text, OutputFormat.Text, OutputFormat.Json));
        TeleportException error = Assert.Throws<TeleportException>(() => Documents.ParseFormat("xml", OutputFormat.Text, OutputFormat.Text, OutputFormat.Json));
        Assert.Contains("text, json", error.Message, StringComparison.Ordinal);
    }

    private static (Profile Profile, IdentityFile Identity) Login(string host, string user)
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        SshCertificate certificate = new SshCertificateRequest
        {
            Key = key.PublicKey, Kind = SshCertificateKind.User, KeyId = user, Principals = ["root"], ValidAfter = DateTimeOffset.UnixEpoch, ValidBefore = null,
        }.Sign(authority);
        return (
            new Profile { ProxyHost = host, WebAddress = new NetworkAddress(host, 3080), SshAddress = new NetworkAddress(host, 3023), User = user, Cluster = "demo" },
            new IdentityFile { PrivateKey = key.ToPkcs8Pem(), SshCertificate = certificate, SshAuthorities = [new HostAuthorityLine("demo", authority.PublicKey)] });
    }
}
