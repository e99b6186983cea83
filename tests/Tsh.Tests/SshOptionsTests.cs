using Teleport.Abstractions.Errors;

namespace Teleport.Tsh.Tests;

public sealed class SshOptionsTests
{
    private readonly List<string> _warnings = [];

    [Fact]
    public void Parse_HonouredOptions_AreRead()
    {
        SshOptions options = Parse("ForwardAgent=yes", "requesttty force", "StrictHostKeyChecking=no", "SetEnv=A=b", "SendEnv=LC_X MISSING");
        Assert.True(options.ForwardAgent);
        Assert.True(options.RequestTty);
        Assert.True(options.ForcesTty);
        Assert.True(options.TrustsAnyHost);
        Assert.Equal([new("A", "b"), new("LC_X", "value of LC_X")], options.Variables);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Parse_OptionOfOpenSshThatHasNoEffect_IsWarnedOf()
    {
        Parse("Compression=yes");
        Assert.Contains("Compression", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foo", "invalid format for option")]
    [InlineData("NoSuchOption=yes", "unknown option")]
    [InlineData("ForwardAgent=maybe", "ForwardAgent cannot be")]
    [InlineData("SetEnv=A", "SetEnv cannot be")]
    public void Parse_SomethingElse_IsRefused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<TeleportException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Locale_Environment_GivesLanguageAndSessionOnly()
    {
        var environment = new Dictionary<string, string> { ["LC_TIME"] = "C", ["LANG"] = "de", ["LC_ALL"] = "", ["PATH"] = "/bin", ["TELEPORT_SESSION"] = "x", ["AWS_SECRET"] = "s" };
        Assert.Equal([new("LANG", "de"), new("LC_TIME", "C"), new("TELEPORT_SESSION", "x")], SshOptions.Locale(environment));
    }

    private SshOptions Parse(params string[] texts) => SshOptions.Parse(texts, _warnings.Add, static name => name == "MISSING" ? null : $"value of {name}");
}
