using CsCheck;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Keys;

public sealed class KnownHostsFileTests
{
    private static readonly SshPublicKey Key = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey;

    [Theory]
    [InlineData("host.example", "host.example", 22, true)]
    [InlineData("host.example", "HOST.example", 22, true)]
    [InlineData("host.example", "host.example", 3022, true)]
    [InlineData("host.example", "other.example", 22, false)]
    [InlineData("*.example", "host.example", 22, true)]
    [InlineData("*.example", "example", 22, false)]
    [InlineData("h?st.example,b", "host.example", 22, true)]
    [InlineData("*.example,!bad.example", "bad.example", 22, false)]
    [InlineData("*.example,!bad.example", "good.example", 22, true)]
    [InlineData("*,!bad.example", "bad.example", 3022, false)]
    [InlineData("[host.example]:3022", "host.example", 3022, true)]
    [InlineData("[host.example]:3022", "host.example", 22, false)]
    [InlineData("[*.example]:3022", "host.example", 3022, true)]
    public void Match_Patterns_FollowOpenSsh(string hosts, string host, int port, bool matches) =>
        Assert.Equal(matches, KnownHostsFile.Parse($"{hosts} {Key.ToAuthorizedKeysLine()}").Match(host, port).Count == 1);

    [Fact]
    public void Parse_MarkersCommentsAndBadLines_AreToldApart()
    {
        KnownHostsFile file = KnownHostsFile.Parse(
            $"""
            # a comment

            @cert-authority *.lab.example {Key.ToAuthorizedKeysLine("type=host")}
            @revoked * {Key.ToAuthorizedKeysLine()}
            plain {Key.ToAuthorizedKeysLine()}
            broken ssh-ed25519 AAAA
            @unknown x {Key.ToAuthorizedKeysLine()}
            """);
        Assert.Equal([KnownHostsMarker.CertificateAuthority, KnownHostsMarker.Revoked, KnownHostsMarker.None], file.Entries.Select(entry => entry.Marker));
        Assert.Equal([6, 7], file.UnreadableLines);
        Assert.Equal("type=host", file.Entries[0].Comment);
        Assert.Equal(3, file.Entries[0].LineNumber);
    }

    [Fact]
    public void Parse_UnreadableRevocation_Throws() =>
        Assert.Throws<SshProtocolException>(() => KnownHostsFile.Parse("@revoked * ssh-ed25519 AAAA"));

    [Fact]
    public void Match_HashedBySshKeygen_IsFound()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("known_hosts", $"host.example {Key.ToAuthorizedKeysLine()}\n[other.example]:3022 {Key.ToAuthorizedKeysLine()}\n");
        Tool.Run("ssh-keygen", ["-H", "-f", path]);
        KnownHostsFile file = KnownHostsFile.Parse(File.ReadAllText(path));
        Assert.DoesNotContain(file.Entries, entry => entry.Hosts.Contains("example", StringComparison.Ordinal));
        Assert.Single(file.Match("host.example"));
        Assert.Single(file.Match("other.example", 3022));
        Assert.Empty(file.Match("other.example"));
    }

    [Fact]
    public void HashHost_FoundBySshKeygen_IsOurs()
    {
        using TemporaryFolder folder = new();
        string line = KnownHostsFile.FormatLine([KnownHostsFile.HashHost(KnownHostsFile.FormatHost("Host.Example", 3022))], Key);
        string path = folder.Write("known_hosts", line + "\n");
        Assert.Contains("found: line 1", Tool.Run("ssh-keygen", ["-F", "[host.example]:3022", "-f", path]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("@revoked")]
    [InlineData("")]
    [InlineData("a,b")]
    public void FormatLine_HostThatBreaksTheLine_Throws(string host) =>
        Assert.Throws<ArgumentException>(() => KnownHostsFile.FormatLine([host], Key));

    [Fact]
    public void Parse_AnyText_DoesNotThrowOtherExceptions() => Gen.String.Sample(text =>
    {
        try
        {
            _ = KnownHostsFile.Parse(text).Match("host");
            _ = AuthorizedKeysLine.ParseFile(text);
        }
        catch (SshException)
        {
            return;
        }
    });

    [Fact]
    public void Match_PatternOfManyStars_EndsQuickly()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 1000)) + "b";
        KnownHostsFile file = KnownHostsFile.Parse($"{pattern} {Key.ToAuthorizedKeysLine()}");
        Assert.Empty(file.Match(new string('a', 2000)));
    }
}
