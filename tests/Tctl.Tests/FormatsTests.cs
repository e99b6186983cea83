using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;

namespace Teleport.Tctl.Tests;

public class FormatsTests
{
    [Theory]
    [InlineData("1h30m", 90)]
    [InlineData("2d", 2880)]
    [InlineData("45m", 45)]
    public void Duration_Text_IsRead(string text, int minutes) => Assert.Equal(TimeSpan.FromMinutes(minutes), Formats.Duration(text, "--ttl"));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("1w")]
    public void Duration_SomethingElse_NamesTheOption(string text) =>
        Assert.Contains("--ttl", Assert.Throws<TeleportException>(() => Formats.Duration(text, "--ttl")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("users", ResourceKinds.User, null)]
    [InlineData("role/dev", ResourceKinds.Role, "dev")]
    [InlineData("cap", ResourceKinds.AuthPreference, null)]
    [InlineData("CAS", ResourceKinds.CertAuthority, null)]
    public void ParseReference_Alias_IsTheKind(string text, string kind, string? name) => Assert.Equal((kind, name), ResourceCalls.ParseReference(text));

    [Fact]
    public void ParseReference_Unknown_IsRefusedWithTheNearest() =>
        Assert.Contains("user", Assert.Throws<TeleportException>(() => ResourceCalls.ParseReference("usr/x")).Message, StringComparison.Ordinal);
}
