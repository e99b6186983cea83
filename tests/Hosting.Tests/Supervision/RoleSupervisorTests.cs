using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Supervision;

namespace Teleport.Hosting.Tests.Supervision;

public sealed class RoleSupervisorTests : IDisposable
{
    private static readonly RestartPolicy Fast = new() { First = TimeSpan.FromMilliseconds(1), Longest = TimeSpan.FromMilliseconds(5) };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TeleportHost Build(params IPlugin[] plugins)
    {
        TeleportHostBuilder builder = TeleportHost.CreateBuilder()
            .UseFlags(new StartFlags { DataDir = _folder.At("data") })
            .UseLogging(NullLoggerFactory.Instance)
            .UseRestarts(Fast);
        foreach (IPlugin plugin in plugins)
        {
            builder.AddPlugin(plugin);
        }

        return builder.Build();
    }

    [Fact]
    public async Task Run_AGoodRole_IsReadyAndStops()
    {
        await using TeleportHost host = Build(TestPlugin.Good("node", "ssh_service"));

        await host.StartAsync(TestContext.Current.CancellationToken);
        await HostWaits.WithinLimitAsync(host.WaitReadyAsync(TestContext.Current.CancellationToken));
        await host.StopAsync(TimeSpan.FromSeconds(20), CancellationToken.None);

        RoleStatus role = Assert.Single(host.Roles);
        Assert.Equal(RoleState.Stopped, role.State);
        Assert.Equal(0, role.Failures);
    }

    [Fact]
    public async Task H44_ARoleThatThrowsOnceInEachPlace_IsMadeAnewUntilItRuns()
    {
        int attempt = 0;
        IServiceRole Create(TestOptions options, IServiceProvider services) => Interlocked.Increment(ref attempt) switch
        {
            1 => throw new InvalidOperationException("no constructor"),
            2 => new TestRole(static (_, _) => throw new InvalidOperationException("no start")),
            3 => new TestRole(static async (context, abort) =>
            {
                context.ReportReady();
                await Task.Yield();
                throw new InvalidOperationException("later");
            }),
            4 => new TestRole(static (_, _) => Task.CompletedTask),
            _ => TestRole.Good(),
        };
        await using TeleportHost host = Build(new TestPlugin("bad", "bad_service", Create), TestPlugin.Good("node", "ssh_service"));

        await host.StartAsync(TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await host.Board.WaitAsync(static roles => roles.Any(static r => r is { Name: "bad", State: RoleState.Ready, Failures: 4 }), limit.Token);

        Assert.Equal(0, host.Roles.First(static r => r.Name == "node").Failures);
    }

    [Fact]
    public async Task H44_ARoleThatBlocksItsThread_HoldsUpNobody()
    {
        using var release = new ManualResetEventSlim();
        var blocks = new TestPlugin("bad", "bad_service", (_, _) => new TestRole((_, _) =>
        {
            release.Wait(TimeSpan.FromSeconds(60), CancellationToken.None);
            return Task.CompletedTask;
        }));
        await using TeleportHost host = Build(blocks, TestPlugin.Good("node", "ssh_service"));

        await host.StartAsync(TestContext.Current.CancellationToken);
        await HostWaits.UntilAsync(host, "node", RoleState.Ready);

        Assert.Equal(RoleState.Starting, host.Roles.First(static r => r.Name == "bad").State);
        release.Set();
    }

    [Fact]
    public async Task H44_WrongOptionsFoundLate_AreNotTriedAgain()
    {
        int attempts = 0;
        var refuses = new TestPlugin("bad", "bad_service", (_, _) =>
        {
            attempts++;
            throw new OptionsException("bad_service.count", "is odd");
        });
        await using TeleportHost host = Build(refuses, TestPlugin.Good("node", "ssh_service"));

        await host.StartAsync(TestContext.Current.CancellationToken);
        await HostWaits.UntilAsync(host, "bad", RoleState.Failed);

        Assert.Equal(1, attempts);
        Assert.Equal("bad_service.count: is odd", host.Roles.First(static r => r.Name == "bad").Detail);
    }

    [Fact]
    public async Task Hopeless_WhenNoRoleEverCameUp_SaysWhy()
    {
        var taken = new TestPlugin("node", "ssh_service", static (_, _) => new TestRole(static (_, _) => throw new IOException("Cannot listen on 0.0.0.0:3022: it is taken.")));
        await using TeleportHost host = Build(taken);

        await host.StartAsync(TestContext.Current.CancellationToken);
        IReadOnlyList<string> reasons = await HostWaits.WithinLimitAsync(host.WaitHopelessAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("The service node cannot start: Cannot listen on 0.0.0.0:3022", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_RolesEndBeforeTheAuthRole()
    {
        var order = new ConcurrentQueue<string>();
        await using TeleportHost host = Build(
            new TestPlugin("auth", "auth_service", (_, _) => TestRole.Good(() => order.Enqueue("auth"))),
            new TestPlugin("node", "ssh_service", (_, _) => TestRole.Good(() => order.Enqueue("node"))),
            new StorePlugin());

        await host.StartAsync(TestContext.Current.CancellationToken);
        await HostWaits.WithinLimitAsync(host.WaitReadyAsync(TestContext.Current.CancellationToken));
        await host.StopAsync(TimeSpan.FromSeconds(20), CancellationToken.None);

        Assert.Equal(["node", "auth"], order);
    }

    [Fact]
    public async Task Stop_ARoleWithWorkLeft_IsCutOffAtTheLimitOrAtOnce()
    {
        var busy = new TestPlugin("node", "ssh_service", static (_, _) => new TestRole(static async (context, abort) =>
        {
            context.ReportReady();
            await Task.Delay(Timeout.InfiniteTimeSpan, abort);
        }));
        await using TeleportHost host = Build(busy);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await HostWaits.WithinLimitAsync(host.WaitReadyAsync(TestContext.Current.CancellationToken));

        using var secondSignal = new CancellationTokenSource();
        Task stop = host.StopAsync(Timeout.InfiniteTimeSpan, secondSignal.Token);
        await HostWaits.UntilAsync(host, "node", RoleState.Draining);
        Assert.False(stop.IsCompleted);
        await secondSignal.CancelAsync();
        await HostWaits.WithinLimitAsync(stop);

        Assert.Equal(RoleState.Stopped, Assert.Single(host.Roles).State);
    }

    [Fact]
    public async Task Degraded_AndReadyAgain_IsShown()
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var role = new TestPlugin("node", "ssh_service", (_, _) => new TestRole(async (context, abort) =>
        {
            context.ReportDegraded("the auth service is away");
            await signal.Task;
            context.ReportReady("back");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Draining);
        }));
        await using TeleportHost host = Build(role);

        await host.StartAsync(TestContext.Current.CancellationToken);
        await HostWaits.UntilAsync(host, "node", RoleState.Degraded);
        Assert.Equal("the auth service is away", Assert.Single(host.Roles).Detail);
        signal.SetResult();
        await HostWaits.UntilAsync(host, "node", RoleState.Ready);
    }

    [Fact]
    public void After_ManyFailures_GrowsToTheLimitWithJitter()
    {
        var policy = new RestartPolicy();

        Assert.Equal(TimeSpan.FromMilliseconds(500), policy.After(1, jitter: 0));
        Assert.Equal(TimeSpan.FromMilliseconds(400), policy.After(1, jitter: 1));
        Assert.Equal(TimeSpan.FromSeconds(4), policy.After(4, jitter: 0));
        Assert.Equal(TimeSpan.FromMinutes(1), policy.After(1000, jitter: 0));
    }

    private sealed class StorePlugin : IPlugin
    {
        public void Register(IPluginRegistration plugin)
        {
            plugin.ProvideBackend<TestOptions>("sqlite", ["dir"], static (_, _, _) => throw new InvalidOperationException("not opened here"));
            plugin.ProvideAuditLog("file", static (_, _, _) => throw new InvalidOperationException("not opened here"));
            plugin.ProvideRecordingStore("file", static (_, _, _) => throw new InvalidOperationException("not opened here"));
        }
    }
}
