using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;

namespace Teleport.Tctl.Tests;

public class ResourceCallsTests
{
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
