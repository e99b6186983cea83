using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Supervision;

namespace Teleport.Hosting.Tests.Diagnostics;

public sealed class DiagnosticsServerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Readyz_FollowsTheRoles()
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = new TestPlugin("node", "ssh_service", (_, _) => new TestRole(async (context, abort) =>
        {
            context.ReportDegraded("the auth service is away");
            await signal.Task;
            context.ReportReady("listening");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Draining);
        }));
        await using TeleportHost host = TeleportHost.CreateBuilder()
            .AddPlugin(slow)
            .UseFlags(new StartFlags { DataDir = _folder.At("data"), DiagAddr = "127.0.0.1:0" })
            .UseLogging(NullLoggerFactory.Instance)
            .Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{host.DiagnosticsEndPoint}"), Timeout = TimeSpan.FromSeconds(20) };

        await HostWaits.UntilAsync(host, "node", RoleState.Degraded);
        using HttpResponseMessage notReady = await client.GetAsync("/readyz", TestContext.Current.CancellationToken);
        JsonElement report = JsonDocument.Parse(await notReady.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, notReady.StatusCode);
        Assert.Equal("the auth service is away", report.GetProperty("roles")[0].GetProperty("detail").GetString());

        signal.SetResult();
        await HostWaits.UntilAsync(host, "node", RoleState.Ready);
        using HttpResponseMessage ready = await client.GetAsync("/readyz", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync("/healthz", TestContext.Current.CancellationToken));
        string metrics = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("teleport_role_ready{", metrics, StringComparison.Ordinal);
        Assert.Contains("role=\"node\"", metrics, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnATakenPort_IsAMistakeThatNamesIt()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using TeleportHost host = TeleportHost.CreateBuilder()
            .AddPlugin(TestPlugin.Good("node", "ssh_service"))
            .UseFlags(new StartFlags { DataDir = _folder.At("data"), DiagAddr = $"127.0.0.1:{port}" })
            .UseLogging(NullLoggerFactory.Instance)
            .Build();

        var e = await Assert.ThrowsAsync<ConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains($"Cannot serve diagnostics on 127.0.0.1:{port}", e.Message, StringComparison.Ordinal);
    }
}
