using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;
using Teleport.Auth.Options;

namespace Teleport.Auth.Tests.Options;

public sealed class AuthOptionsTests
{
    [Fact]
    public void Validate_InitialValues_AreSound() => Assert.Empty(Mistakes(new AuthOptions()));

    [Fact]
    public void Validate_ManyMistakes_AreAllReported()
    {
        IReadOnlyList<OptionsMistake> mistakes = Mistakes(new AuthOptions
        {
            ClusterName = "my cluster",
            ListenAddr = new NetworkAddress("auth.example.com"),
            SessionRecording = "proxy-sync",
            KeepAliveCountMax = 0,
            Tokens = [new Secret("node"), new Secret("nodes:fedcba9876543210"), new Secret("node,proxy:a:b:c:d:e:f:g:h:i")],
            Authentication = new AuthenticationOptions { Type = "ldap", SecondFactor = "u2f", DefaultSessionTtl = TimeSpan.FromHours(31) },
        });

        Assert.Equal(
            [
                "cluster_name", "listen_addr", "tokens[0]", "tokens[1]", "session_recording", "keep_alive_count_max", "authentication.type",
                "authentication.second_factor", "authentication.default_session_ttl",
            ],
            mistakes.Where(static m => !m.IsWarning).Select(static m => m.Key));
        Assert.DoesNotContain(mistakes, static m => m.Message.Contains("fedcba9876543210", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("node:short", true)]
    [InlineData("node:0123456789abcdef", false)]
    public void Validate_ShortToken_IsAWarning(string line, bool warned) =>
        Assert.Equal(warned, Mistakes(new AuthOptions { Tokens = [new Secret(line)] }).Any(static m => m.IsWarning && m.Key == "tokens[0]"));

    [Theory]
    [InlineData("off", true)]
    [InlineData("otp", false)]
    public void Validate_SecondFactorOff_IsAWarning(string value, bool warned) => Assert.Equal(
        warned, Mistakes(new AuthOptions { Authentication = new AuthenticationOptions { SecondFactor = value } }).Any(static m => m.IsWarning));

    [Fact]
    public void StaticToken_WithColons_KeepsThem()
    {
        StaticTokenLine line = StaticTokenLine.Read(new Secret("proxy,node,app:a:b:c"), "tokens[0]");

        Assert.Equal([SystemRole.Proxy, SystemRole.Node, SystemRole.App], line.Roles);
        Assert.Equal("a:b:c", line.Token.Reveal());
    }

    [Fact]
    public async Task StaticToken_OfAFile_IsRead()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "  the-token-in-the-file \n", TestContext.Current.CancellationToken);

            Assert.Equal("the-token-in-the-file", StaticTokenLine.Read(new Secret("node:" + file), "tokens[0]").Token.Reveal());
        }
        finally
        {
            File.Delete(file);
        }

        OptionsException missing = Assert.Throws<OptionsException>(() => StaticTokenLine.Read(new Secret("node:" + file), "tokens[0]"));
        Assert.Equal("auth_service.tokens[0]", missing.Key);
    }

    private static IReadOnlyList<OptionsMistake> Mistakes(AuthOptions options)
    {
        var validation = new OptionsValidation();
        options.Validate(validation);
        return validation.Mistakes;
    }
}
