using System.Diagnostics;
using System.Text;

namespace Teleport.Host.Tests;

/// <summary>A process of a test, which ends with it.</summary>
internal sealed class RunningCommand : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private TaskCompletionSource _printed = NewSignal();

    private RunningCommand(string file, IEnumerable<string> arguments, string? workingDirectory)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = workingDirectory ?? "" };
        // The test run's own settings must not leak into what it starts.
        foreach (string name in new[] { "TELEPORT_CONFIG", "TELEPORT_DEBUG", "MSBUILD_EXE_PATH", "MSBuildSDKsPath" })
        {
            start.Environment.Remove(name);
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>Starts <c>teleport</c> as the build left it.</summary>
    public static RunningCommand Teleport(params string[] arguments) => new(Path.Combine(BuildFacts.HostOutput, "teleport"), arguments, null);

    /// <summary>Runs <c>teleport</c> to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunTeleportAsync(params string[] arguments)
    {
        await using RunningCommand command = Teleport(arguments);
        return await command.EndAsync();
    }

    /// <summary>Runs any program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string file, string? workingDirectory, params string[] arguments)
    {
        await using var command = new RunningCommand(file, arguments, workingDirectory);
        return await command.EndAsync();
    }

    /// <summary>Waits until a text has been printed.</summary>
    /// <returns>All that was printed so far.</returns>
    public async Task<string> OutputWithAsync(string text, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed = Volatile.Read(ref _printed).Task;
            if (Output is var output && output.Contains(text, StringComparison.Ordinal))
            {
                return output;
            }

            if (_process.HasExited)
            {
                throw new OperationCanceledException("The process has ended.");
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return (_process.ExitCode, Output, Errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(Limit);
        }

        _process.Dispose();
    }

    private void Add(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }

        // The end of the output is news, too.
        Interlocked.Exchange(ref _printed, NewSignal()).TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
