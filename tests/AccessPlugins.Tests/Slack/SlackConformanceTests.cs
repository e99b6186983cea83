using Teleport.AccessPlugins.Slack;
using Teleport.AccessPlugins.Tests.Fakes;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Slack;

/// <summary>Slack against the suite, with clicks over HTTP.</summary>
public sealed class SlackConformanceTests : AccessPluginConformance
{
    private readonly TempFile _token = new("xoxb-first");
    private FakeSlack? _slack;

    protected override Action? RotateSecret => () =>
    {
        _slack!.Token = "xoxb-second";
        _token.Write("xoxb-second");
    };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _token.Dispose();
    }

    protected override async Task<IServiceDouble> StartServiceAsync(CancellationToken cancellationToken)
    {
        _slack = new FakeSlack();
        await _slack.StartAsync(cancellationToken);
        return _slack;
    }

    protected override TestPluginHost StartHost(TestPluginHostSettings settings) =>
        TestPluginHost.Start(Desk, "slack", SlackSetup.Options(_slack!, _token.Path, SlackMode.Http), SlackSetup.Create, settings);
}
