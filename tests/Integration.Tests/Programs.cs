using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Teleport.Integration.Tests;

/// <summary>The programs as the build made them, and other programs that talk to them.</summary>
internal static class Programs
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static string Output { get; } = Path.Combine(Root(), "out", "Debug");

    public static string Teleport { get; } = Path.Combine(Output, "teleport");

    public static string Tctl { get; } = Path.Combine(Output, "tctl", "tctl");

    public static string Tsh { get; } = Path.Combine(Output, "tsh", "tsh");

    // Below the ports that the system gives to connections: one of those would be in use again by the time that the program listens.
    public static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10_000, 32_000));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken; there are others.
            }
        }
    }

    public static Process Start(string program, IEnumerable<string> arguments, string logFile)
    {
        // There from the beginning, for whoever asks why the program ended at once.
        File.AppendAllText(logFile, "");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", logFile, program, .. arguments]);
        return Process.Start(start)!;
    }

    /// <summary>Runs a program to its end, with lines for its standard input.</summary>
    public static async Task<(int Status, string Output, string Error)> RunAsync(
        string program, IEnumerable<string> arguments, string input = "", string? home = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment.Remove("SSH_AUTH_SOCK");
        if (home is not null)
        {
            start.Environment["TELEPORT_HOME"] = home;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using Process process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Teleport.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run from within the repository.");
        }

        return folder;
    }
}
