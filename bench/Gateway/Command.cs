using System.Diagnostics;
using System.Globalization;

namespace Teleport.Bench.Gateway;

/// <summary>Runs programs, and reads what they cost.</summary>
internal static class Command
{
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK) on Linux

    public static Process Start(string program, string[] arguments, IReadOnlyDictionary<string, string>? environment = null, string? logFile = null)
    {
        var start = new ProcessStartInfo(logFile is null ? program : "/bin/sh") { RedirectStandardInput = true, UseShellExecute = false };
        if (logFile is not null)
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add("log=$1; shift; exec \"$@\" >\"$log\" 2>&1");
            start.ArgumentList.Add("sh");
            start.ArgumentList.Add(logFile);
            start.ArgumentList.Add(program);
        }

        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs a program to its end; returns its output, unless that goes to a file.</summary>
    public static async Task<string> RunAsync(
        string program, string[] arguments, IReadOnlyDictionary<string, string>? environment, string? input, string? outputFile, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        string output = "";
        if (outputFile is not null)
        {
            await using FileStream file = File.Create(outputFile);
            await process.StandardOutput.BaseStream.CopyToAsync(file, cancellationToken);
        }
        else
        {
            output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        }

        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}: {await error}");
    }

    /// <summary>CPU time of a process and of all its children that have ended and were waited for.</summary>
    public static TimeSpan CpuOf(int processId)
    {
        string[] fields = File.ReadAllText($"/proc/{processId}/stat").Split(") ")[1].Split(' ');
        double ticks = fields[11..15].Sum(static field => double.Parse(field, CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>Memory that a server holds alone or shares by its part (PSS), with its helpers, in bytes. Commands that users run do not count.</summary>
    public static long MemoryOf(int processId)
    {
        long own = 0;
        if (File.ReadAllText($"/proc/{processId}/comm").Trim() is "sh" or "bash" or "dash" or "sleep")
        {
            return 0;
        }

        foreach (string line in File.ReadLines($"/proc/{processId}/smaps_rollup"))
        {
            if (line.StartsWith("Pss:", StringComparison.Ordinal))
            {
                own = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
            }
        }

        string children = File.ReadAllText($"/proc/{processId}/task/{processId}/children");
        return own + children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Sum(static child => MemoryOfIfAlive(child));
    }

    private static long MemoryOfIfAlive(string processId)
    {
        try
        {
            return MemoryOf(int.Parse(processId, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // It ended between the two reads.
            return 0;
        }
    }
}

/// <summary>Figures of a peer.</summary>
internal static class PeerFigures
{
    public static double MemoryMiB(this TeleportPeer peer) => Command.MemoryOf(peer.ProcessId) / 1048576.0;

    public static double MemoryMiB(this OpenSshPeer peer) => peer.ProcessIds.Sum(Command.MemoryOf) / 1048576.0;
}
