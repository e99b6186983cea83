using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.AccessPlugins.Mattermost;
using Teleport.AccessPlugins.Tests.Fakes;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Mattermost;

/// <summary>Mattermost against the suite.</summary>
public sealed class MattermostConformanceTests : AccessPluginConformance
{
    private readonly TempFile _token = new("mm-first");
    private FakeMattermost? _service;

    protected override Action? RotateSecret => () =>
    {
        _service!.Token = "mm-second";
        _token.Write("mm-second");
    };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _token.Dispose();
    }

    protected override async Task<IServiceDouble> StartServiceAsync(CancellationToken cancellationToken)
    {
        _service = new FakeMattermost();
        await _service.StartAsync(cancellationToken);
        return _service;
    }

    protected override TestPluginHost StartHost(TestPluginHostSettings settings) => TestPluginHost.Start(
        Desk,
        "mattermost",
        new MattermostOptions
        {
            Url = _service!.Address, Token = new SecretSource { File = _token.Path },
            RoleToRecipients = new Dictionary<string, StringList> { ["dba"] = ["main/first", "main/second"] },
            CallbackUrl = new Uri("https://proxy.example.com/plugins/mattermost"), CallbackSecret = new SecretSource { Value = new Secret("mm-callback-secret") },
        },
        Registered.Create<MattermostPlugin, MattermostOptions>,
        settings);

    /// <summary>34: a click is a review, marked as weakly proven; what the server says of the person counts.</summary>
    [Fact]
    public async Task C34_Click_IsAWeakReview()
    {
        TestPluginHost host = Host();
        Desk.Reviewers[_service!.AddUser("u-bob", "bob@example.com")] = "bob";
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(2);
        await QuietAsync();
        CallbackAnswer answer = await host.CallAsync(_service.Click(Service.Messages[0], "u-bob", 0), Limit);
        Assert.Equal(200, answer.Status);
        await UntilAsync(() => Desk.Find(id)!.Spec.State == AccessRequestState.Approved);
        Assert.True(Assert.Single(Desk.Submissions).Click.IsWeak);
    }

    /// <summary>H42: guests are nobody; a callback address without the secret is nothing.</summary>
    [Fact]
    public async Task H42_GuestsAndGuessedAddresses_AreRefused()
    {
        TestPluginHost host = Host();
        Desk.Reviewers[_service!.AddUser("u-guest", "guest@example.com", "system_guest")] = "bob";
        Desk.Create("alice", "dba");
        await ShownAsync(2);
        await QuietAsync();
        CallbackRequest click = _service.Click(Service.Messages[0], "u-guest", 0);
        Assert.Equal(401, (await host.CallAsync(click with { Path = "/guessed" }, Limit)).Status);
        Assert.Equal(200, (await host.CallAsync(click, Limit)).Status);
        await UntilAsync(() => _service.Whispers.Count == 1);
        Assert.Equal(("u-guest", "You may not review this request."), _service.Whispers[0]);
        Assert.False(Assert.Single(Desk.Submissions).Click.Account.IsFullMember);
    }
}
