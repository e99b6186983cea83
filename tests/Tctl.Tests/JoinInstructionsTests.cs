using Teleport.Api.Tokens.V1;

namespace Teleport.Tctl.Tests;

public sealed class JoinInstructionsTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void ToString_TokenOfANode_IsTheCommandToJoinThroughTheProxy()
    {
        string text = new JoinInstructions(Token("abc", "Node"), [], Now).ToString();
        Assert.Contains("The invite token: abc\nThis token will expire in 60 minutes\n", text, StringComparison.Ordinal);
        Assert.Contains("> teleport start \\\n   --roles=node \\\n   --token=abc \\\n   --ca-pin=sha256:00 \\\n   --auth-server=proxy:3080\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_TokenOfAnApplication_HasItsFlags() => Assert.Contains(
        "--roles=app \\\n   --token=abc \\\n   --ca-pin=sha256:00 \\\n   --auth-server=proxy:3080 \\\n   --app-name=x \\\n   '--app-uri=http://x?a&b'\n",
        new JoinInstructions(Token("abc", "App"), ["--app-name=x", "--app-uri=http://x?a&b"], Now).ToString(), StringComparison.Ordinal);

    [Fact]
    public void ToString_TokenOfATrustedCluster_IsNoCommand() =>
        Assert.Contains("trusted cluster resource", new JoinInstructions(Token("abc", "TrustedCluster"), [], Now).ToString(), StringComparison.Ordinal);

    [Fact]
    public void H25_TokenWithShellCharacters_IsQuotedInTheCommand()
    {
        string text = new JoinInstructions(Token("a'; rm -rf / #", "Node"), [], Now).ToString();
        Assert.Contains("   '--token=a'\\''; rm -rf / #' \\\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain-1.2:3/4", "plain-1.2:3/4")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("$(id)", "'$(id)'")]
    [InlineData("a\nb", "'a\nb'")]
    public void H25_Quote_LeavesNothingToTheShell(string word, string expected) => Assert.Equal(expected, ShellText.Quote(word));

    private static JoinToken Token(string value, string role) => new()
    {
        Token = value, Roles = { role }, ExpiresUnixSeconds = Now.AddHours(1).ToUnixTimeSeconds(), CaPins = { "sha256:00" }, AuthAddrs = { "auth:3025" }, ProxyAddrs = { "proxy:3080" },
    };
}
