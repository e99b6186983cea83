using System.Diagnostics;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Proxy.WebUi;

namespace Teleport.Proxy.Tests.WebUi;

/// <summary>The script of the page that accepts invitations, run by Node.js where it is installed.</summary>
public sealed class InvitePageTests
{
    [Fact]
    public async Task Script_FromInvitationToLogin_ChecksSendsAndExplains()
    {
        string? node = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(static f => Path.Combine(f, "node")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(node is null, "Node.js is not installed.");
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "clipboard.js", "password.js", "invite.js" })
        {
            // The page's modules name each other by their paths on the proxy.
            string text = WebAssets.Get(name).Text.Replace("\"/web/app/", "\"./", StringComparison.Ordinal).Replace(".js\"", ".mjs\"", StringComparison.Ordinal);
            folder.Write(Path.ChangeExtension(name, ".mjs"), text);
        }

        using Process process = Process.Start(new ProcessStartInfo(node!, [Path.Combine(AppContext.BaseDirectory, "WebUi", "invite.test.mjs"), folder.PathOf("invite.mjs")])
        {
            RedirectStandardError = true,
        })!;
        try
        {
            string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TestProxy.Patience, TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestProxy.Patience, TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, error);
        }
        finally
        {
            process.Kill();
        }
    }
}
