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
    [InlineData("cert_authority/host/demo", ResourceKinds.CertAuthority, "host:demo")]
    public void ParseReference_Alias_IsTheKind(string text, string kind, string? name) => Assert.Equal((kind, name), ResourceCalls.ParseReference(text));

    [Fact]
    public void ParseReference_Unknown_IsRefusedWithTheNearest() =>
        Assert.Contains("user", Assert.Throws<TeleportException>(() => ResourceCalls.ParseReference("usr/x")).Message, StringComparison.Ordinal);

    [Fact]
    public void ParseReferences_All_IsWhatAClusterIsMadeOf()
    {
        Assert.Contains((ResourceKinds.CertAuthority, null), ResourceCalls.ParseReferences("all"));
        Assert.Equal([(ResourceKinds.Role, "dev"), (ResourceKinds.User, null)], ResourceCalls.ParseReferences("role/dev,users"));
        Assert.Throws<TeleportException>(() => ResourceCalls.ParseReferences("role/"));
    }
}
