using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.AccessPlugins.Tests.Fakes;
using Teleport.AccessPlugins.Webhook;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Webhook;

/// <summary>The webhook against the suite.</summary>
public sealed class WebhookConformanceTests : AccessPluginConformance
{
    private readonly TempFile _secret = new("hook-first");
    private FakeReceiver? _service;

    protected override bool HasRecipients => false;

    protected override Action? RotateSecret => () =>
    {
        _service!.Secret = "hook-second";
        _secret.Write("hook-second");
    };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _secret.Dispose();
    }

    protected override string? Excuse(int number) => number switch
    {
        18 => "whatever a receiver answers with a success means that it has the event",
        28 => "events are JSON with the texts as they are; the receiver writes the message",
        _ => null,
    };

    protected override async Task<IServiceDouble> StartServiceAsync(CancellationToken cancellationToken)
    {
        _service = new FakeReceiver();
        await _service.StartAsync(cancellationToken);
        return _service;
    }

    protected override TestPluginHost StartHost(TestPluginHostSettings settings) => TestPluginHost.Start(
        Desk,
        "webhook",
        new WebhookOptions
        {
            Url = new Uri(_service!.Address, "hook"), Secret = new SecretSource { File = _secret.Path },
            DecisionSecret = new SecretSource { Value = new Secret(FakeReceiver.DecisionSecret) },
        },
        Registered.Create<WebhookPlugin, WebhookOptions>,
        settings);

    /// <summary>34 and 37: a decision is a review, once.</summary>
    [Fact]
    public async Task C34_Decision_IsAReviewOnce()
    {
        TestPluginHost host = Host();
        Desk.Threshold = 2;
        Desk.Reviewers["u-bob"] = "bob";
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(1);
        await QuietAsync();
        CallbackRequest decision = FakeReceiver.Decide(id, Service.Messages[0].Id, "u-bob", "approve", TimeProvider.System.GetUtcNow());
        Assert.Equal(202, (await host.CallAsync(decision, Limit)).Status);
        await UntilAsync(() => Desk.Find(id)!.Spec.Reviews.Count == 1);
        Assert.Equal(200, (await host.CallAsync(decision, Limit)).Status);
        await QuietAsync();
        Assert.Single(Desk.Submissions);
        Assert.Equal("by webhook", Desk.Find(id)!.Spec.Reviews[0].Reason);
    }

    /// <summary>41: somebody without right is refused, and the receiver is told.</summary>
    [Fact]
    public async Task H42_UnknownActor_IsRefused()
    {
        TestPluginHost host = Host();
        string id = Desk.Create("alice", "dba").Metadata.Name;
        await ShownAsync(1);
        await QuietAsync();
        await host.CallAsync(FakeReceiver.Decide(id, Service.Messages[0].Id, "u-mallory", "approve", TimeProvider.System.GetUtcNow()), Limit);
        await UntilAsync(() => _service!.Refusals.Count == 1);
        Assert.Equal(AccessRequestState.Pending, Desk.Find(id)!.Spec.State);
        Assert.Equal(401, (await host.CallAsync(FakeReceiver.Decide(id, Service.Messages[0].Id, "u-bob", "approve", TimeProvider.System.GetUtcNow(), "guessed"), Limit)).Status);
        Assert.Equal(401, (await host.CallAsync(FakeReceiver.Decide(id, Service.Messages[0].Id, "u-bob", "approve", TimeProvider.System.GetUtcNow().AddSeconds(-302)), Limit)).Status);
    }
}
