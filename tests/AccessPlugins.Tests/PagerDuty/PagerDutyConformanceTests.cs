using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.AccessPlugins.PagerDuty;
using Teleport.AccessPlugins.Tests.Fakes;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.PagerDuty;

/// <summary>PagerDuty against the suite.</summary>
public sealed class PagerDutyConformanceTests : AccessPluginConformance
{
    private readonly TempFile _key = new("pd-first");
    private FakePagerDuty? _service;

    protected override bool HasRecipients => false;

    protected override Action? RotateSecret => () =>
    {
        _service!.Key = "pd-second";
        _key.Write("pd-second");
    };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _key.Dispose();
    }

    protected override async Task<IServiceDouble> StartServiceAsync(CancellationToken cancellationToken)
    {
        Desk.Annotations = new Dictionary<string, StringList> { ["pagerduty_notify_service"] = ["first"] };
        _service = new FakePagerDuty();
        await _service.StartAsync(cancellationToken);
        return _service;
    }

    protected override TestPluginHost StartHost(TestPluginHostSettings settings) => TestPluginHost.Start(
        Desk,
        "pagerduty",
        new PagerDutyOptions { ApiUrl = _service!.Address, ApiKey = new SecretSource { File = _key.Path }, UserEmail = "teleport@example.com" },
        Registered.Create<PagerDutyPlugin, PagerDutyOptions>,
        settings);

    // PagerDuty shows plain text; what people wrote must not pass for a line of ours.
    protected override void AssertHarmless(ShownMessage message) => Assert.DoesNotContain("\nBcc:", message.Text, StringComparison.Ordinal);

    /// <summary>55 to 58: a shift approves; what is not certain does not; paging never does.</summary>
    [Theory]
    [InlineData("pagerduty_services", 1, "alice@example.com", true)]
    [InlineData("pagerduty_services", 2, "alice@example.com", false)]
    [InlineData("pagerduty_services", 1, "mallory@example.com", false)]
    [InlineData("pagerduty_notify_service", 1, "alice@example.com", false)]
    public async Task C55_OnCall_ApprovesOnlyWhoIs(string annotation, int level, string user, bool isApproved)
    {
        Desk.AllowsOnCall = true;
        Desk.Annotations = new Dictionary<string, StringList> { [annotation] = ["no such service", "payments"] };
        for (int i = 0; i < 5; i++)
        {
            _service!.Users[$"alice{i}@example.com.example"] = $"X{i}";
        }

        _service!.Users["alice@example.com"] = "U1";
        _service.Users["mallory@example.com"] = "U2";
        _service.Shifts.Add(("U1", "P2", level, "Primary"));
        Host();
        string id = Desk.Create(user, "dba").Metadata.Name;
        await UntilAsync(() => Desk.Entry(id) is { } entry && (annotation.EndsWith("notify_service", StringComparison.Ordinal) || entry.Contains("on_call_asked", StringComparison.Ordinal)));
        await QuietAsync();
        AccessRequest request = Desk.Find(id)!;
        Assert.Equal(isApproved ? AccessRequestState.Approved : AccessRequestState.Pending, request.Spec.State);
        if (isApproved)
        {
            Assert.Equal("alice is on call for payments", Assert.Single(request.Spec.Reviews).Reason);
            Assert.Empty(Service.Messages);
        }
    }
}
