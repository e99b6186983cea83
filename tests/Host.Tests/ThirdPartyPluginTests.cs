using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Hosting;
using Teleport.Hosting.Configuration;

namespace Teleport.Host.Tests;

/// <summary>A plugin that refers only to the package, built in a folder that knows nothing of this repository.</summary>
public sealed class ThirdPartyPluginTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ThirdPartyPlugin_DroppedIn_IsLoadedAndRuns()
    {
        await BuildAsync();
        TempFolder.Copy(BuildFacts.Plugins, _folder.At("plugins"));
        TempFolder.Copy(_folder.At("source", "bin", "Release", "net10.0"), _folder.At("plugins", "Acme.Echo"));
        Assert.False(File.Exists(_folder.At("plugins", "Acme.Echo", "Teleport.Abstractions.dll")));

        (int listed, string list, string errors) = await RunningCommand.RunTeleportAsync("plugins", "ls", "--plugins-dir", _folder.At("plugins"));
        Assert.True(listed == 0, errors);
        Assert.Contains("Acme.Echo", list, StringComparison.Ordinal);
        Assert.Contains("service role \"echo\"", list, StringComparison.Ordinal);

        await using TeleportHost host = TeleportHost.CreateBuilder()
            .UsePluginsFolder(_folder.At("plugins"))
            .UseConfiguration("echo_service:\n  listen_addr: 127.0.0.1:0\n  greeting: 'you said: '\n")
            .UseFlags(new StartFlags { Roles = ["echo"], DataDir = _folder.At("data") })
            .UseLogging(NullLoggerFactory.Instance)
            .Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.WaitReadyAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        string detail = Assert.Single(host.Roles).Detail!;

        Assert.Equal("you said: hello", await AskAsync(IPEndPoint.Parse(detail.Split(' ')[^1]), "hello"));
    }

    private async Task BuildAsync()
    {
        (int packed, string packOutput, _) = await RunningCommand.RunAsync(
            "dotnet", BuildFacts.RepoRoot, "pack", "src/Abstractions", "-c", BuildFacts.Configuration, "--no-build", "--no-restore", "-o", _folder.At("feed"), "-nologo");
        Assert.True(packed == 0, packOutput);
        TempFolder.Copy(Path.Combine(BuildFacts.RepoRoot, "examples", "third-party-plugin"), _folder.At("source"));
        _folder.Write(Path.Combine("source", "nuget.config"), $"""
            <configuration><packageSources><clear/><add key="local" value="{_folder.At("feed")}" /></packageSources></configuration>
            """);
        (int built, string buildOutput, _) = await RunningCommand.RunAsync(
            "dotnet", _folder.At("source"), "build", "-c", "Release", $"-p:RestorePackagesPath={_folder.At("packages")}", "-nologo", "-nodeReuse:false");
        Assert.True(built == 0, buildOutput);
    }

    private static async Task<string?> AskAsync(IPEndPoint endPoint, string line)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(endPoint, limit.Token);
        await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
        using var reader = new StreamReader(client.GetStream());
        await writer.WriteLineAsync(line.AsMemory(), limit.Token);
        return await reader.ReadLineAsync(limit.Token);
    }
}
