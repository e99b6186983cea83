using Teleport.Node.Sessions;

namespace Teleport.Node.Tests.Sessions;

public sealed class ClientEnvironmentTests
{
    [Theory]
    [InlineData("LANG", "de_DE.UTF-8")]
    [InlineData("LC_ALL", "C")]
    [InlineData("LC_TERMINAL_VERSION", "3.4.1")]
    public void TryAdd_Language_IsTaken(string name, string value)
    {
        var environment = new ClientEnvironment();

        Assert.True(environment.TryAdd(name, value));
        Assert.Equal(value, environment.Variables[name]);
    }

    [Theory]
    [InlineData("LD_PRELOAD", "x")]
    [InlineData("DYLD_INSERT_LIBRARIES", "x")]
    [InlineData("BASH_ENV", "x")]
    [InlineData("ENV", "x")]
    [InlineData("PATH", "x")]
    [InlineData("LANGUAGE_X", "x")]
    [InlineData("LC_", "x")]
    [InlineData("LC_a", "x")]
    [InlineData("LC_A=B", "x")]
    [InlineData("lang", "x")]
    [InlineData("", "x")]
    [InlineData("LANG", "a\nLD_PRELOAD=x")]
    [InlineData("LANG", "a\0b")]
    [InlineData("LANG", "../../etc")]
    [InlineData("LANG", "$(id)")]
    [InlineData("LC_\0ALL", "x")]
    [InlineData("TELEPORT_SESSION", "../../etc/passwd")]
    [InlineData("SSH_CLIENT", "1.2.3.4")]
    public void H17_TryAdd_AnythingElse_IsRefused(string name, string value)
    {
        var environment = new ClientEnvironment();

        Assert.False(environment.TryAdd(name, value));
        Assert.Empty(environment.Variables);
    }

    [Fact]
    public void H17_TryAdd_TooMany_AreRefused()
    {
        var environment = new ClientEnvironment();
        int taken = Enumerable.Range(0, 1000).Count(i => environment.TryAdd($"LC_{(char)('A' + (i % 26))}{(char)('A' + (i / 26 % 26))}{(char)('A' + (i / 676))}", "C"));

        Assert.Equal(taken, environment.Variables.Count);
        Assert.True(taken <= 32);
    }
}
