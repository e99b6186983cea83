using Teleport.Abstractions.AccessPlugins;
using Xunit;

namespace Teleport.Testing.AccessPlugins;

/// <summary>A service, a cluster in memory and hosts of one plugin, for one test.</summary>
public abstract class AccessPluginFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _limit = new(Patience);
    private readonly List<TestPluginHost> _hosts = [];
    private IServiceDouble? _service;

    /// <summary>The cluster.</summary>
    protected TestRequestDesk Desk { get; } = new(TimeProvider.System);

    /// <summary>The service.</summary>
    protected IServiceDouble Service => _service ?? throw new InvalidOperationException("The service is not started yet.");

    /// <summary>Ends every wait of a test.</summary>
    protected CancellationToken Limit => _limit.Token;

    /// <summary>Whether the plugin can be told of several recipients; then <c>first</c> and <c>second</c> are told of each request for the role <c>dba</c>.</summary>
    protected virtual bool HasRecipients => true;

    /// <summary>How many messages a new request makes.</summary>
    protected virtual int MessagesPerRequest => HasRecipients ? 2 : 1;

    /// <summary>Whether the service can be asked if a message was posted, so that a crash never posts twice.</summary>
    protected virtual bool FindsMessages => true;

    /// <summary>Starts the service.</summary>
    protected abstract Task<IServiceDouble> StartServiceAsync(CancellationToken cancellationToken);

    /// <summary>Starts a host of the plugin.</summary>
    protected abstract TestPluginHost StartHost(TestPluginHostSettings settings);

    /// <summary>Puts another secret into the service and into the plugin's file; <c>null</c>: the plugin has no secret.</summary>
    protected virtual Action? RotateSecret => null;

    /// <summary>Why a number does not concern the plugin; <c>null</c>: it does.</summary>
    protected virtual string? Excuse(int number) => null;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => _service = await StartServiceAsync(Limit);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        foreach (TestPluginHost host in _hosts)
        {
            await host.DisposeAsync();
        }

        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _limit.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the service must not have understood as its own, on top of what <see cref="IServiceDouble.Complaints"/> names.</summary>
    protected virtual void AssertHarmless(ShownMessage message)
    {
    }

    /// <summary>Starts a host that the test ends.</summary>
    protected TestPluginHost Host(string hostId = "host-1", TestPluginHostSettings? settings = null)
    {
        TestPluginHost host = StartHost((settings ?? new TestPluginHostSettings()) with { HostId = hostId });
        _hosts.Add(host);
        return host;
    }

    /// <summary>Ends a host as suddenly as a kill.</summary>
    protected async Task KillAsync(TestPluginHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        _hosts.Remove(host);
        await host.DisposeAsync();
    }

    /// <summary>Waits until so many messages are shown.</summary>
    protected Task ShownAsync(int count) => UntilAsync(() => Service.Messages.Count >= count);

    /// <summary>Waits until the first host has been accepted by the service.</summary>
    protected Task CheckedAsync() => UntilAsync(() => _hosts[0].Status.State == AccessPluginState.Healthy);

    /// <summary>Waits until something holds; fails with what is shown when it never does.</summary>
    protected async Task UntilAsync(Func<bool> holds)
    {
        ArgumentNullException.ThrowIfNull(holds);
        while (!holds())
        {
            try
            {
                await Task.Delay(20, Limit);
            }
            catch (OperationCanceledException)
            {
                string shown = string.Join("\n---\n", Service.Messages.Select(static m => $"{m.Recipient}: {m.Text}\n{string.Join("\n", m.Replies)}"));
                string hosts = string.Join("\n", _hosts.Select(static h => h.Status.ToString()));
                Assert.Fail($"It did not come to pass within {Patience}.\n{hosts}\n{shown}\n{string.Join("\n", Service.Complaints)}");
            }
        }
    }

    /// <summary>Waits until no host has anything left to do.</summary>
    protected async Task QuietAsync()
    {
        await UntilAsync(() => _hosts.All(static h => h.Status.Waiting == 0));
        // What is under way when the queue is empty ends soon.
        await Task.Delay(250, Limit);
        await UntilAsync(() => _hosts.All(static h => h.Status.Waiting == 0));
    }

    /// <summary>Skips the test when its number does not concern the plugin.</summary>
    protected void Begin(int number)
    {
        if (Excuse(number) is { } reason)
        {
            Assert.Skip($"n/a: {reason}");
        }
    }
}
