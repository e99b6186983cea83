using System.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OtpNet;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;
using Teleport.Storage.Sqlite;

namespace Teleport.Connectors.Local.Tests;

public sealed class LocalConnectorTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";
    private static readonly PasswordCost Cheap = new(1024, 1, 2);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 15, TimeSpan.Zero));
    private readonly string _folder = Directory.CreateTempSubdirectory("teleport-local-").FullName;
    private SqliteBackend _backend = null!;
    private LocalConnector _connector = null!;

    public async ValueTask InitializeAsync()
    {
        _backend = await SqliteBackend.OpenAsync(_folder, new SqliteOptions(), _time, NullLogger.Instance, CancellationToken.None);
        _connector = new LocalConnector(new ConnectorContext("lab.example", "local", _backend, BackendKey.Of("connectors", "local")), _time, Cheap);
    }

    public async ValueTask DisposeAsync()
    {
        await _backend.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Verify_PasswordAndCode_Succeeds()
    {
        Totp app = await EnrollAsync("alice");
        _time.Advance(TimeSpan.FromMinutes(1));

        CredentialResult result = await VerifyAsync("alice", Password, Code(app));

        Assert.Equal((true, "totp"), (result.Succeeded, result.SecondFactor));
    }

    [Theory]
    [InlineData("alice", "wrong wrong wrong", true)]
    [InlineData("alice", Password, false)]
    [InlineData("nobody", Password, true)]
    [InlineData("ALICE", Password, true)]
    [InlineData("alice/../bob", Password, true)]
    [InlineData("", Password, true)]
    [InlineData("alice", "", true)]
    [InlineData("alice", "\ud800", true)]
    public async Task Verify_WrongInAnyWay_FailsWithAReasonForTheLogOnly(string name, string password, bool withCode)
    {
        Totp app = await EnrollAsync("alice");
        _time.Advance(TimeSpan.FromMinutes(1));

        CredentialResult result = await VerifyAsync(name, password, withCode ? Code(app) : null);

        Assert.False(result.Succeeded);
        Assert.NotEmpty(result.FailureReason!);
        Assert.True(password.Length == 0 || !result.FailureReason!.Contains(password, StringComparison.Ordinal));
        Assert.True((await VerifyAsync("alice", Password, Code(app))).Succeeded);
    }

    [Fact]
    public async Task H23_OlderCodeThanTheLastOne_IsRefused()
    {
        Totp app = await EnrollAsync("alice");
        _time.Advance(TimeSpan.FromMinutes(2));
        string earlier = app.ComputeTotp(_time.GetUtcNow().UtcDateTime.AddSeconds(-30));

        Assert.True((await VerifyAsync("alice", Password, Code(app))).Succeeded);
        Assert.False((await VerifyAsync("alice", Password, earlier)).Succeeded);
        Assert.False((await VerifyAsync("alice", Password, Code(app))).Succeeded);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.True((await VerifyAsync("alice", Password, Code(app))).Succeeded);
    }

    [Fact]
    public async Task H23_WrongPassword_DoesNotUseUpTheCode()
    {
        Totp app = await EnrollAsync("alice");
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.False((await VerifyAsync("alice", "wrong wrong wrong", Code(app))).Succeeded);
        Assert.True((await VerifyAsync("alice", Password, Code(app))).Succeeded);
    }

    [Fact]
    public async Task Enrollment_OfferTaken_IsNotGoodAgain()
    {
        Totp app = await EnrollAsync("alice", "invitation-1");
        _time.Advance(TimeSpan.FromMinutes(1));

        TeleportException again = await Assert.ThrowsAsync<TeleportException>(async () =>
            await _connector.BeginEnrollmentAsync("alice", "lab.example", "invitation-1", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<TeleportException>(async () => await CompleteAsync("alice", "invitation-1", "another password", Code(app)));

        Assert.Equal(ErrorCode.NotFound, again.Code);
        Assert.True((await VerifyAsync("alice", Password, Code(app))).Succeeded);
    }

    [Fact]
    public async Task Enrollment_OfAnotherUser_IsRefused()
    {
        EnrollmentOffer offer = await _connector.BeginEnrollmentAsync("alice", "lab.example", "invitation-1", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<TeleportException>(async () => await CompleteAsync("bob", "invitation-1", Password, Code(App(offer))));

        await CompleteAsync("alice", "invitation-1", Password, Code(App(offer)));
    }

    [Theory]
    [InlineData(11, false)]
    [InlineData(12, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public async Task Enrollment_PasswordLength_IsBounded(int length, bool accepted)
    {
        string password = string.Concat(Enumerable.Range(0, length).Select(static i => (char)('a' + (i % 26))));
        EnrollmentOffer offer = await _connector.BeginEnrollmentAsync("alice", "lab.example", "invitation-1", TestContext.Current.CancellationToken);

        Exception? refusal = await Record.ExceptionAsync(async () => await CompleteAsync("alice", "invitation-1", password, Code(App(offer))));

        Assert.Equal(accepted, refusal is null);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(accepted, (await VerifyAsync("alice", password, Code(App(offer)))).Succeeded);
    }

    [Fact]
    public async Task Verify_VeryLongPassword_IsNobodysAndCostsNoMore()
    {
        await EnrollAsync("alice");

        CredentialResult result = await _connector.VerifyAsync(
            new CredentialLogin("alice", new Secret(new string('x', 4_000_000)), null, false), TestContext.Current.CancellationToken);

        Assert.False(result.Succeeded);
    }

    [Fact]
    public async Task Remove_User_LeavesNothingToLogInBy()
    {
        Totp app = await EnrollAsync("alice");
        await _connector.RemoveAsync("alice", TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.False((await VerifyAsync("alice", Password, Code(app))).Succeeded);
    }

    [Fact]
    public async Task Storage_KeepsNoPasswordAndStaysInItsArea()
    {
        await EnrollAsync("alice");

        BackendPage all = await _backend.RangeAsync(BackendKey.Empty, BackendKey.FromStored("\uffff"), 1000, TestContext.Current.CancellationToken);

        Assert.Equal(2, all.Items.Count);
        Assert.All(all.Items, static i => Assert.True(BackendKey.Of("connectors", "local").Contains(i.Key)));
        Assert.All(all.Items, static i => Assert.DoesNotContain(Password, System.Text.Encoding.UTF8.GetString(i.Value.Span), StringComparison.Ordinal));
    }

    private async Task<Totp> EnrollAsync(string user, string enrollmentId = "invitation-0")
    {
        EnrollmentOffer offer = await _connector.BeginEnrollmentAsync(user, "lab.example", enrollmentId, CancellationToken.None);
        Totp app = App(offer);
        await CompleteAsync(user, enrollmentId, Password, Code(app));
        return app;
    }

    private async Task CompleteAsync(string user, string enrollmentId, string password, string code) => await _connector.CompleteEnrollmentAsync(
        new Enrollment(user, enrollmentId, new Secret(password), new Secret(code), RequireSecondFactor: true), CancellationToken.None);

    private async Task<CredentialResult> VerifyAsync(string user, string password, string? code) => await _connector.VerifyAsync(
        new CredentialLogin(user, new Secret(password), code is null ? null : new Secret(code), RequireSecondFactor: true), CancellationToken.None);

    private string Code(Totp app) => app.ComputeTotp(_time.GetUtcNow().UtcDateTime);

    private static Totp App(EnrollmentOffer offer) =>
        new(Base32Encoding.ToBytes(HttpUtility.ParseQueryString(new Uri(offer.Uri!.Reveal()).Query)["secret"]));
}
