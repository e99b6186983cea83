using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting;
using Teleport.Hosting.Configuration;
using Teleport.Testing.AccessPlugins;

namespace Teleport.Host.Tests;

/// <summary>The example of an access plugin, and the template, built from packages alone.</summary>
public sealed class AccessPluginExampleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Example_DroppedIn_TellsItsService()
    {
        Assert.InRange((await File.ReadAllLinesAsync(Path.Combine(BuildFacts.RepoRoot, "examples", "access-plugin", "NtfyPlugin.cs"), Stop)).Length, 1, 60);
        await PackAsync("src/Abstractions");
        TempFolder.Copy(Path.Combine(BuildFacts.RepoRoot, "examples", "access-plugin"), _folder.At("source"));
        await BuildAsync("source");
        TempFolder.Copy(_folder.At("source", "bin", "Release", "net10.0"), _folder.At("plugins", "Acme.Ntfy"));
        (int listed, string list, string errors) = await RunningCommand.RunTeleportAsync("plugins", "ls", "--plugins-dir", _folder.At("plugins"));
        Assert.True(listed == 0, errors);
        Assert.Contains("access plugin \"ntfy\"", list, StringComparison.Ordinal);

        var received = new ConcurrentQueue<string>();
        await using WebApplication ntfy = await ListenAsync(received);
        string secret = _folder.Write("token", "tk-1");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var role = new PluginsRole();
        await using TeleportHost host = TeleportHost.CreateBuilder()
            .AddPlugin(role)
            .UsePluginsFolder(_folder.At("plugins"))
            .UseConfiguration(
                $"access_service:\n  enabled: yes\n  plugins:\n    ntfy: {{url: '{AddressOf(ntfy)}', token_file: {secret}, role_to_recipients: {{'*': ops}}}}\n")
            .UseFlags(new StartFlags { Roles = ["access"], DataDir = _folder.At("data") })
            .UseLogging(NullLoggerFactory.Instance)
            .Build();
        await host.StartAsync(Stop);
        ConfiguredAccessPlugin plugin = Assert.Single(await role.Plugins.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.Null(plugin.Failure);

        var desk = new TestRequestDesk(TimeProvider.System);
        await using TestPluginHost runner = TestPluginHost.Start(desk, plugin, settings: null);
        string id = desk.Create("alice", "dba").Metadata.Name;
        await UntilAsync(() => received.Count == 1, runner);
        desk.Review(id, "bob", approves: true, "fine");
        await UntilAsync(() => received.Count == 2, runner);
        Assert.Contains("ops Bearer tk-1", received.First(), StringComparison.Ordinal);
        Assert.Contains("alice", received.First(), StringComparison.Ordinal);
        Assert.Contains("APPROVED", received.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Template_Installed_MakesAPluginThatBuilds()
    {
        await PackAsync("src/Abstractions");
        await PackAsync("templates");
        string hive = _folder.At("hive");
        string package = Assert.Single(Directory.GetFiles(_folder.At("feed"), "Teleport.Templates.*.nupkg"));
        (int installed, string output, string errors) = await RunningCommand.RunAsync(
            "dotnet", _folder.Root, "new", "install", package, "--debug:custom-hive", hive);
        Assert.True(installed == 0, output + errors);
        (int made, output, errors) = await RunningCommand.RunAsync(
            "dotnet", _folder.Root, "new", "teleport-plugin", "-n", "Acme.Chat", "-o", _folder.At("made"), "--debug:custom-hive", hive);
        Assert.True(made == 0, output + errors);
        await BuildAsync("made");
        string manifest = await File.ReadAllTextAsync(_folder.At("made", "bin", "Release", "net10.0", "plugin.json"), Stop);
        Assert.Contains("\"acme-chat\"", manifest, StringComparison.Ordinal);
        Assert.Contains("access_plugin", manifest, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task PackAsync(string project)
    {
        string[] flags = project == "templates" ? [] : ["--no-build", "--no-restore"];
        (int packed, string output, _) = await RunningCommand.RunAsync(
            "dotnet", BuildFacts.RepoRoot, ["pack", project, "-c", BuildFacts.Configuration, .. flags, "-o", _folder.At("feed"), "-nologo", "-nodeReuse:false"]);
        Assert.True(packed == 0, output);
    }

    private async Task BuildAsync(string source)
    {
        _folder.Write(Path.Combine(source, "nuget.config"), $"""
            <configuration><packageSources><clear/><add key="local" value="{_folder.At("feed")}" /></packageSources></configuration>
            """);
        (int built, string output, _) = await RunningCommand.RunAsync(
            "dotnet", _folder.At(source), "build", "-c", "Release", $"-p:RestorePackagesPath={_folder.At("packages")}", "-nologo", "-nodeReuse:false");
        Assert.True(built == 0, output);
    }

    private static async Task<WebApplication> ListenAsync(ConcurrentQueue<string> received)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            received.Enqueue($"{context.Request.Path.Value!.Trim('/')} {context.Request.Headers.Authorization} {await reader.ReadToEndAsync(context.RequestAborted)}");
        });
        await app.StartAsync(Stop);
        return app;
    }

    private static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/";

    private static async Task UntilAsync(Func<bool> holds, TestPluginHost host)
    {
        for (int i = 0; i < 1000 && !holds(); i++)
        {
            await Task.Delay(20, Stop);
        }

        Assert.True(holds(), host.Status.ToString());
    }

    /// <summary>A role that runs nothing and shows which plugins the host bound for it.</summary>
    private sealed class PluginsRole : IPlugin
    {
        public TaskCompletionSource<IReadOnlyList<ConfiguredAccessPlugin>> Plugins { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Register(IPluginRegistration plugin) =>
            plugin.ProvideServiceRole<Options>("access", "access_service", enabledByDefault: false, (options, _) => new Role(options, Plugins));

        private sealed class Role(Options options, TaskCompletionSource<IReadOnlyList<ConfiguredAccessPlugin>> plugins) : IServiceRole
        {
            public async Task RunAsync(IServiceRoleContext context, CancellationToken abort)
            {
                plugins.TrySetResult(options.Plugins);
                context.ReportReady();
                await Task.WhenAny(Task.Delay(Timeout.Infinite, context.Draining));
            }
        }

        private sealed record Options : IPluginOptions
        {
            public bool Enabled { get; init; }

            public IReadOnlyList<ConfiguredAccessPlugin> Plugins { get; init; } = [];

            public void Validate(OptionsValidation validation)
            {
            }
        }
    }
}
