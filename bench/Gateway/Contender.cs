using System.Diagnostics;

namespace Teleport.Bench.Gateway;

/// <summary>A way to run a command on a host, and the servers that it keeps busy.</summary>
/// <param name="Name">As it is printed.</param>
/// <param name="Program">The client.</param>
/// <param name="Arguments">All but the command.</param>
/// <param name="Environment">More environment.</param>
/// <param name="Servers">Process ids of the servers; what their ended children used counts as theirs.</param>
internal sealed record Contender(string Name, string Program, string[] Arguments, IReadOnlyDictionary<string, string>? Environment, int[] Servers)
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a command to its end, with a file for input and its output thrown away.</summary>
    public async Task<Sample> RunAsync(string command, string input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "in=$1; shift; exec \"$@\" <\"$in\" >/dev/null", "sh", input, Program, .. Arguments, command])
        {
            UseShellExecute = false, RedirectStandardError = true,
        };
        foreach ((string name, string value) in Environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        TimeSpan before = Servers.Aggregate(TimeSpan.Zero, static (sum, id) => sum + Command.CpuOf(id));
        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        string errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        TimeSpan wall = Stopwatch.GetElapsedTime(begun);
        // What a child used is its parent's only when it has ended, a moment after the client.
        await Task.Delay(Settling, cancellationToken);
        return process.ExitCode == 0
            ? new Sample(wall, Servers.Aggregate(TimeSpan.Zero, static (sum, id) => sum + Command.CpuOf(id)) - before)
            : throw new InvalidOperationException($"{Name}: {command} exited with {process.ExitCode}: {errors}");
    }
}

/// <summary>What one run took.</summary>
/// <param name="Wall">Time on the clock.</param>
/// <param name="Cpu">Time of the servers' processors; the system counts it in steps of 10 ms, so only sums over many runs say something.</param>
internal sealed record Sample(TimeSpan Wall, TimeSpan Cpu);
