using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Keys;

public sealed class AuthorizedKeysLineTests
{
    private static readonly SshPublicKey Key = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey;

    [Fact]
    public void Parse_WithoutOptions_GivesKeyAndComment()
    {
        AuthorizedKeysLine line = AuthorizedKeysLine.Parse(Key.ToAuthorizedKeysLine("alice at home"));
        Assert.Equal(Key, line.Key);
        Assert.Equal("alice at home", line.Comment);
        Assert.Empty(line.Options);
        Assert.False(line.IsCertificateAuthority);
    }

    [Fact]
    public void Parse_WithOptions_GivesThemInOrder()
    {
        AuthorizedKeysLine line = AuthorizedKeysLine.Parse(
            $"""cert-authority,From="192.0.2.0/24,!192.0.2.9",command="echo \"a, b\" c:\dir" {Key.ToAuthorizedKeysLine("x")}""");
        Assert.True(line.IsCertificateAuthority);
        Assert.True(line.TryGetOption("from", out string? from));
        Assert.Equal("192.0.2.0/24,!192.0.2.9", from);
        Assert.True(line.TryGetOption("command", out string? command));
        Assert.Equal("""echo "a, b" c:\dir""", command);
        Assert.False(line.TryGetOption("restrict", out _));
        Assert.Equal("x", line.Comment);
    }

    [Theory]
    [InlineData("command=\"unclosed ")]
    [InlineData("command=bare ")]
    [InlineData("=\"x\" ")]
    [InlineData(",, ")]
    [InlineData("command=\"a\"restrict ")]
    [InlineData("restrict ssh-ed25519 ")]
    public void Parse_MalformedOptions_Throws(string options)
    {
        Assert.ThrowsAny<SshException>(() => AuthorizedKeysLine.Parse(options + Key.ToAuthorizedKeysLine()));
        Assert.False(AuthorizedKeysLine.TryParse(options + Key.ToAuthorizedKeysLine(), out _));
    }

    [Fact]
    public void ParseFile_CommentsAndBrokenLines_AreSkipped() =>
        Assert.Single(AuthorizedKeysLine.ParseFile($"# x\n\nbroken line\n  {Key.ToAuthorizedKeysLine()}\r\n"));
}
