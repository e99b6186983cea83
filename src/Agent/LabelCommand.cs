using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Teleport.Agent;

/// <summary>Runs the command of a label.</summary>
internal static class LabelCommand
{
    /// <summary>Longest result in bytes; more is cut off.</summary>
    public const int MaxResultBytes = 1024;

    private const int MaxErrorBytes = 256;

    /// <summary>Runs a program and takes what it prints, without the space around it.</summary>
    /// <param name="command">The program and its arguments. No shell: nothing is expanded.</param>
    /// <param name="limit">Longest time; then it is killed with all that it started.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Kills it too.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command.Skip(1))
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            },
        };
        process.Start();
        try
        {
            process.StandardInput.Close();
            Task<byte[]> errors = ReadAsync(process.StandardError.BaseStream, MaxErrorBytes, stop.Token);
            byte[] output = await ReadAsync(process.StandardOutput.BaseStream, MaxResultBytes, stop.Token);
            string trouble = Text(await errors);
            await process.WaitForExitAsync(stop.Token);
            return process.ExitCode == 0
                ? Text(output)
                : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"it exited with status {process.ExitCode} {trouble}").TrimEnd());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"it did not end within {limit.TotalSeconds:0.#} s"));
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Reads to the end, so that the program is not held up, and keeps the beginning.</summary>
    private static async Task<byte[]> ReadAsync(Stream stream, int keep, CancellationToken cancellationToken)
    {
        byte[] kept = new byte[keep];
        int length = await stream.ReadAtLeastAsync(kept, keep, throwOnEndOfStream: false, cancellationToken);
        byte[] rest = new byte[4096];
        while (await stream.ReadAsync(rest, cancellationToken) > 0)
        {
            // More than a label takes.
        }

        return kept[..length];
    }

    // A character that the cut went through is left out.
    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\uFFFD').Trim();

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has ended, or a part of it belongs to somebody else now.
        }
    }
}
