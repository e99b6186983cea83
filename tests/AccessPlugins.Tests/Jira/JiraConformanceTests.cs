using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.AccessPlugins.Jira;
using Teleport.AccessPlugins.Tests.Fakes;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Jira;

/// <summary>Jira Cloud against the suite.</summary>
public sealed class JiraCloudConformanceTests() : JiraConformanceTests(isCloud: true);

/// <summary>Jira Data Center against the suite.</summary>
public sealed class JiraDataCenterConformanceTests() : JiraConformanceTests(isCloud: false);

/// <summary>Jira against the suite.</summary>
public abstract class JiraConformanceTests(bool isCloud) : AccessPluginConformance
{
    private readonly TempFile _token = new("jira-first");
    private FakeJira? _service;

    protected override bool HasRecipients => false;

    protected override Action? RotateSecret => () =>
    {
        _service!.Token = "jira-second";
        _token.Write("jira-second");
    };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _token.Dispose();
    }

    protected override async Task<IServiceDouble> StartServiceAsync(CancellationToken cancellationToken)
    {
        _service = new FakeJira(isCloud);
        await _service.StartAsync(cancellationToken);
        return _service;
    }

    protected override TestPluginHost StartHost(TestPluginHostSettings settings) => TestPluginHost.Start(
        Desk,
        "jira",
        new JiraOptions
        {
            Url = _service!.Address, Username = isCloud ? "bot@example.com" : null, ApiToken = new SecretSource { File = _token.Path }, Project = "TEL",
            WebhookSecret = new SecretSource { Value = new Secret(FakeJira.Secret) },
        },
        Registered.Create<JiraPlugin, JiraOptions>,
        settings);

    /// <summary>34: who moves an issue reviews, as that person.</summary>
    [Fact]
    public async Task C34_MovedByAReviewer_IsAReview()
    {
        TestPluginHost host = Host();
        _service!.Accounts["acc-bob"] = true;
        Desk.Reviewers["acc-bob"] = "bob";
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(1);
        await QuietAsync();
        string issue = Service.Messages[0].Id;
        Assert.Equal("Pending", _service.StatusOf(issue));
        CallbackAnswer answer = await host.CallAsync(_service.Move(issue, "Approved", "acc-bob"), Limit);
        Assert.Equal(200, answer.Status);
        await UntilAsync(() => Desk.Find(id)!.Spec.State == AccessRequestState.Approved);
        Assert.Equal("bob", Assert.Single(Desk.Find(id)!.Spec.Reviews).Author);
        await QuietAsync();
        Assert.Equal("Approved", _service.StatusOf(issue));
    }

    /// <summary>53 and 52: who may not is told so, and the issue is moved back; our own moves decide nothing.</summary>
    [Theory]
    [InlineData("acc-mallory", true)]
    [InlineData("acc-gone", false)]
    public async Task C53_MovedByAnybodyElse_IsMovedBack(string account, bool isActive)
    {
        TestPluginHost host = Host();
        _service!.Accounts[account] = isActive;
        if (!isActive)
        {
            Desk.Reviewers[account] = "bob";
        }

        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(1);
        await QuietAsync();
        string issue = Service.Messages[0].Id;
        await host.CallAsync(_service.Move(issue, "Approved", account), Limit);
        await UntilAsync(() => _service.StatusOf(issue) == "Pending" && Service.Messages[0].Replies.Count > 0);
        Assert.Contains("may not review", Service.Messages[0].Replies[^1], StringComparison.Ordinal);
        Assert.Equal(AccessRequestState.Pending, Desk.Find(id)!.Spec.State);
        int before = Desk.Submissions.Count;
        await host.CallAsync(_service.Move(issue, "Approved", "bot"), Limit);
        await QuietAsync();
        Assert.Equal(before, Desk.Submissions.Count);
    }

    /// <summary>35: a webhook that is not signed with the secret moves nothing.</summary>
    [Fact]
    public async Task H41_ForgedWebhook_IsRefused()
    {
        var settings = new TestPluginHostSettings();
        TestPluginHost host = Host(settings: settings);
        _service!.Accounts["acc-bob"] = true;
        Desk.Reviewers["acc-bob"] = "bob";
        Desk.Create("alice", "dba");
        await ShownAsync(1);
        await QuietAsync();
        CallbackAnswer answer = await host.CallAsync(_service.Move(Service.Messages[0].Id, "Approved", "acc-bob", secret: "guessed"), Limit);
        Assert.Equal(401, answer.Status);
        await QuietAsync();
        Assert.Empty(Desk.Submissions);
        Assert.Contains("bad_signature", settings.Rejections);
    }
}
