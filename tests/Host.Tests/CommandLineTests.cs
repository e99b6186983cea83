using System.Text.Json;

namespace Teleport.Host.Tests;

/// <summary>The command line as people type it.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("start", "--badflag")]
    [InlineData("nosuch")]
    [InlineData("start", "-c", "/no/such/file.yaml")]
    [InlineData("start", "--fips")]
    [InlineData("start", "--roles=app", "--app-name=x")]
    [InlineData("configure", "--output", "relative/path")]
    [InlineData("plugins", "inspect", "nosuch")]
    public async Task Command_AMistake_IsOneLineOnStderrAndExitCode1(params string[] arguments)
    {
        (int exitCode, string output, string errors) = await RunningCommand.RunTeleportAsync(arguments);

        Assert.Equal(1, exitCode);
        Assert.Equal("", output);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Version_AsJson_IsAnObject()
    {
        (int exitCode, string output, _) = await RunningCommand.RunTeleportAsync("version", "--format", "json");

        Assert.Equal(0, exitCode);
        Assert.NotEmpty(JsonDocument.Parse(output).RootElement.GetProperty("version").GetString()!);
        Assert.StartsWith("Teleport v", (await RunningCommand.RunTeleportAsync("version")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OutsideOfASession_IsASentence()
    {
        (int exitCode, string output, _) = await RunningCommand.RunTeleportAsync("status");

        Assert.Equal(0, exitCode);
        Assert.Equal("You are not inside of a Teleport SSH session\n", output);
    }

    [Fact]
    public async Task Plugins_OfTheBuild_AreAllSound()
    {
        (int exitCode, string output, string errors) = await RunningCommand.RunTeleportAsync("plugins", "ls", "--format=json");

        Assert.True(exitCode == 0, output + errors);
        foreach (JsonElement plugin in JsonDocument.Parse(output).RootElement.EnumerateArray())
        {
            string id = plugin.GetProperty("id").GetString()!;
            (int inspected, string details, _) = await RunningCommand.RunTeleportAsync("plugins", "inspect", id);
            Assert.True(inspected == 0, details);
            Assert.Contains("Loads       : yes", details, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Configure_ToAFile_WritesWhatPassesTheTest()
    {
        string path = _folder.At("t.yaml");

        (int written, string output, string errors) = await RunningCommand.RunTeleportAsync("configure", "--cluster-name", "demo-cluster", "-o", path);

        Assert.True(written == 0, errors);
        Assert.Contains($"teleport start -c {path}", output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Contains("cluster_name: demo-cluster", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        (int tested, string verdict, string complaints) = await RunningCommand.RunTeleportAsync("configure", "--test", path);
        Assert.True(tested == 0, complaints);
        Assert.Contains("it runs auth, node, proxy", verdict, StringComparison.Ordinal);
        (int again, _, string refusal) = await RunningCommand.RunTeleportAsync("configure", "-o", path);
        Assert.Equal(1, again);
        Assert.Contains("exists already", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfigureTest_ABadFile_ReportsEveryMistakeOnALine()
    {
        string path = _folder.Write("t.yaml", """
            teleport:
              data_dri: /x
            ssh_service:
              enabled: [ true|false ]
            kubernetes_service:
              enabled: yes
              labels:
                env: prod
                - name: os
            """);

        (int exitCode, _, string errors) = await RunningCommand.RunTeleportAsync("configure", "--test", path);

        Assert.Equal(1, exitCode);
        Assert.Contains($"error: {path}: line 2, column 3: teleport.data_dri: unknown key; did you mean \"data_dir\"?", errors, StringComparison.Ordinal);
        Assert.Contains("line 4, column 12: ssh_service.enabled: expected yes or no", errors, StringComparison.Ordinal);
        Assert.Contains("belong under \"commands\"", errors, StringComparison.Ordinal);
        Assert.Contains("kubernetes_service: is enabled, but no installed plugin provides the service role \"kube\"", errors, StringComparison.Ordinal);
    }
}
