using System.Net;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Keys;

public sealed class SshCertificateRulesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly SshPrivateKey _authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void FindProblem_GoodCertificate_HasNone() => Assert.Null(Rules().FindProblem(Request().Sign(_authority)));

    [Fact]
    public void H08_SelfSigned_IsRefused() => Assert.Contains("not a trusted", Rules().FindProblem(Request().Sign(_key)), StringComparison.Ordinal);

    [Fact]
    public void H08_ForgedSignatureUnderATrustedKey_IsRefused()
    {
        byte[] blob = Request().Sign(_authority).Blob.ToArray();
        blob[^1] ^= 1;
        Assert.Contains("signature", Rules().FindProblem(SshCertificate.FromBlob(blob)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SshCertificateKind.User)]
    [InlineData(SshCertificateKind.Host)]
    public void H09_WrongKind_IsRefused(SshCertificateKind kind)
    {
        SshCertificateKind other = kind == SshCertificateKind.User ? SshCertificateKind.Host : SshCertificateKind.User;
        SshCertificate certificate = (Request() with { Kind = kind }).Sign(_authority);
        Assert.Null((Rules() with { Kind = kind }).FindProblem(certificate));
        Assert.NotNull((Rules() with { Kind = other }).FindProblem(certificate));
    }

    [Fact]
    public void H10_EmptyPrincipals_MatchNobody() =>
        Assert.NotNull(Rules().FindProblem((Request() with { Principals = [] }).Sign(_authority)));

    [Theory]
    [InlineData("root,nobody")]
    [InlineData("root\n")]
    [InlineData(" root")]
    [InlineData("Root")]
    [InlineData("root\0")]
    [InlineData("*")]
    [InlineData("r?ot")]
    [InlineData("")]
    public void H10_OddPrincipal_MatchesOnlyItself(string principal)
    {
        SshCertificate certificate = (Request() with { Principals = [principal] }).Sign(_authority);
        Assert.NotNull(Rules().FindProblem(certificate));
        Assert.NotNull((Rules() with { Principal = "nobody" }).FindProblem(certificate));
        if (principal.Length > 0)
            Assert.Null((Rules() with { Principal = principal }).FindProblem(certificate));
    }

    [Fact]
    public void H10_InternalPrincipal_IsNeverALogin()
    {
        SshCertificate certificate = (Request() with { Principals = ["-teleport-nologin-1"] }).Sign(_authority);
        Assert.NotNull((Rules() with { Principal = "-teleport-nologin-1" }).FindProblem(certificate));
    }

    [Fact]
    public void H11_UnknownCriticalOption_IsRefused()
    {
        SshCertificate unknown = WithOption("verify-required", null);
        Assert.NotNull(Rules().FindProblem(unknown));

        SshCertificate command = WithOption("force-command", "true");
        Assert.NotNull(Rules().FindProblem(command));
        Assert.Null((Rules() with { EnforcedOptions = ["force-command"] }).FindProblem(command));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.0/24,2001:db8::/32", "192.0.2.8", true)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.8", true)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.3.8", false)]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.9", true)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "192.0.2.1", false)]
    [InlineData("0.0.0.0/0", "203.0.113.1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("", "192.0.2.7", false)]
    [InlineData("192.0.2.7,", "192.0.2.7", false)]
    [InlineData("192.0.2.7,bogus", "192.0.2.7", false)]
    [InlineData("192.0.2.7/33", "192.0.2.7", false)]
    [InlineData("192.0.2.7/", "192.0.2.7", false)]
    [InlineData("192.0.2.7/24", "192.0.2.7", false)]
    [InlineData("192.0.2.7 ", "192.0.2.7", false)]
    [InlineData("3221225991", "192.0.2.7", false)]
    [InlineData("192.518", "192.0.2.6", false)]
    [InlineData("0300.0.2.7", "192.0.2.7", false)]
    public void H11_SourceAddress_IsEnforcedAndMalformedListsRefuse(string list, string address, bool accepted)
    {
        string? problem = (Rules() with { RemoteAddress = IPAddress.Parse(address) }).FindProblem(WithOption("source-address", list));
        Assert.Equal(accepted, problem is null);
    }

    [Fact]
    public void H11_SourceAddressOfAnUnknownPeer_IsRefused() =>
        Assert.NotNull(Rules().FindProblem(WithOption("source-address", "0.0.0.0/0,::/0")));

    [Fact]
    public void H12_Time_IsCheckedAtBothEnds()
    {
        SshCertificate certificate = Request().Sign(_authority);
        Assert.NotNull((Rules() with { Now = Now.AddMinutes(-2) }).FindProblem(certificate));
        Assert.Null((Rules() with { Now = Now.AddMinutes(-1) }).FindProblem(certificate));
        Assert.NotNull((Rules() with { Now = Now.AddHours(1) }).FindProblem(certificate));

        SshCertificate inverted = (Request() with { ValidAfter = Now.AddHours(1), ValidBefore = Now.AddHours(-1) }).Sign(_authority);
        foreach (int hours in (int[])[-2, 0, 2])
            Assert.NotNull((Rules() with { Now = Now.AddHours(hours) }).FindProblem(inverted));
    }

    [Fact]
    public void H12_ValidityOfTheLargestNumbers_DoesNotWrap()
    {
        SshCertificate forever = (Request() with { ValidBefore = null }).Sign(_authority);
        Assert.Equal(ulong.MaxValue, forever.ValidBeforeSeconds);
        Assert.Null((Rules() with { Now = DateTimeOffset.MaxValue }).FindProblem(forever));

        // Valid after 2^64-1: never.
        byte[] blob = forever.Blob.ToArray();
        int at = blob.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[255, 255, 255, 255, 255, 255, 255, 255]) - 8;
        blob.AsSpan(at, 8).Fill(0xff);
        SshCertificate never = SshCertificate.FromBlob(blob);
        Assert.Equal(ulong.MaxValue, never.ValidAfterSeconds);
        Assert.False(never.IsValidAt(DateTimeOffset.MaxValue));
        Assert.False(never.IsValidAt(Now));
        Assert.False(never.IsValidAt(DateTimeOffset.UnixEpoch.AddSeconds(-1)));
    }

    private SshCertificate WithOption(string name, string? value) =>
        (Request() with { CriticalOptions = new Dictionary<string, string?> { [name] = value } }).Sign(_authority);

    private SshCertificateRequest Request() => SshCertificateTests.Request(_key) with
    {
        CriticalOptions = new Dictionary<string, string?>(),
        ValidAfter = Now.AddMinutes(-1),
        ValidBefore = Now.AddHours(1),
    };

    private SshCertificateRules Rules() => new()
    {
        Kind = SshCertificateKind.User,
        Authorities = [_authority.PublicKey],
        Now = Now,
        Principal = "root",
    };
}
