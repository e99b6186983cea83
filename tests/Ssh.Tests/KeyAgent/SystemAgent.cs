using System.Diagnostics;

namespace Teleport.Ssh.Tests.KeyAgent;

/// <summary>OpenSSH's ssh-agent in the foreground.</summary>
internal sealed class SystemAgent : IDisposable
{
    private readonly Process _process;

    private SystemAgent(Process process, string socketPath) => (_process, SocketPath) = (process, socketPath);

    public string SocketPath { get; }

    public static SystemAgent Start(string socketPath)
    {
        ProcessStartInfo start = new("ssh-agent", ["-D", "-a", socketPath]) { RedirectStandardOutput = true };
        Process process = Process.Start(start)!;

        // It prints its environment once it listens.
        Assert.True(process.StandardOutput.ReadLineAsync().Wait(TimeSpan.FromSeconds(30)), "ssh-agent does not start.");
        return new SystemAgent(process, socketPath);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit(10_000);
        _process.Dispose();
    }
}
