using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Teleport.Host.Tests;

/// <summary>The first command that anybody types.</summary>
public sealed partial class DevTests
{
    private static readonly TimeSpan UpLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Dev_ItsLinesWorkAndItLeavesNothingBehind()
    {
        await using RunningCommand dev = RunningCommand.Teleport("dev");
        string text = await UntilUpAsync(dev);
        Assert.InRange(text.TrimEnd('\n').Split('\n').Length, 5, 12);

        Match tsh = TshLine().Match(text);
        Assert.True(tsh.Success, text);
        (int exitCode, string output, string errors) = await RunningCommand.RunAsync(tsh.Groups["tsh"].Value, null, "ssh", tsh.Groups["target"].Value, "echo through-tsh");
        Assert.True(exitCode == 0, errors);
        Assert.Equal("through-tsh\n", output);

        Match ssh = SshLine().Match(text);
        Assert.True(ssh.Success, text);
        if (File.Exists("/usr/bin/ssh"))
        {
            (exitCode, output, errors) = await RunningCommand.RunAsync(
                "/usr/bin/ssh", null, "-o", "BatchMode=yes", "-F", ssh.Groups["config"].Value, ssh.Groups["target"].Value, "echo through-ssh");
            Assert.True(exitCode == 0, errors);
            Assert.Equal("through-ssh\n", output);
        }

        string folder = Path.GetDirectoryName(tsh.Groups["tsh"].Value)!;
        Assert.True(Directory.Exists(folder));
        using (Process interrupt = Process.Start("kill", ["-INT", dev.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        (exitCode, _, errors) = await dev.EndAsync();
        Assert.True(exitCode == 0, errors);
        Assert.False(Directory.Exists(folder));
    }

    private static async Task<string> UntilUpAsync(RunningCommand dev)
    {
        using var limit = new CancellationTokenSource(UpLimit);
        try
        {
            return await dev.OutputWithAsync("Ctrl-C", limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"The cluster did not come up: {dev.Output}{dev.Errors}");
        }
    }

    [GeneratedRegex(@"^\s*(?<tsh>/\S+/tsh) ssh (?<target>\S+)$", RegexOptions.Multiline)]
    private static partial Regex TshLine();

    [GeneratedRegex(@"^\s*ssh -F (?<config>\S+) (?<target>\S+)$", RegexOptions.Multiline)]
    private static partial Regex SshLine();
}
