using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Resources;

namespace Teleport.Agent;

/// <summary>Labels that commands produce, each run again and again. The last good value stays when a command fails.</summary>
public sealed partial class DynamicLabels : IAsyncDisposable
{
    private const int MaxResultLength = 1024;
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Action _changed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _loops;
    private ImmutableSortedDictionary<string, CommandLabel> _labels;

    /// <summary>Begins to run the commands.</summary>
    /// <param name="commands">The labels; the results are empty at first.</param>
    /// <param name="changed">Called when a result changed; must not block.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of commands that fail.</param>
    public DynamicLabels(IReadOnlyDictionary<string, (IReadOnlyList<string> Command, TimeSpan Period)> commands, Action changed, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(commands);
        (_changed, _time, _logger) = (changed, time, logger);
        _labels = commands.ToImmutableSortedDictionary(
            static c => c.Key,
            static c => new CommandLabel { Command = [.. c.Value.Command], Period = $"{c.Value.Period.TotalSeconds}s" },
            StringComparer.Ordinal);
        _loops = Task.WhenAll(commands.Select(c => Task.Run(() => RunAsync(c.Key, c.Value.Command, c.Value.Period))));
    }

    /// <summary>The labels with their last good results.</summary>
    public IReadOnlyDictionary<string, CommandLabel> Current
    {
        get
        {
            lock (_gate)
            {
                return _labels;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loops;
        _stop.Dispose();
    }

    private async Task RunAsync(string name, IReadOnlyList<string> command, TimeSpan period)
    {
        TimeSpan wait = period < ShortestPeriod ? ShortestPeriod : period;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Set(name, await ExecuteAsync(command, wait));
            }
            catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException or TimeoutException)
            {
                LogFailed(name, command[0], e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            try
            {
                await Task.Delay(wait, _time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Set(string name, string result)
    {
        lock (_gate)
        {
            if (_labels[name].Result == result)
            {
                return;
            }

            _labels = _labels.SetItem(name, _labels[name] with { Result = result });
        }

        _changed();
    }

    private async Task<string> ExecuteAsync(IReadOnlyList<string> command, TimeSpan limit)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        timeout.CancelAfter(limit);
        // No shell: what stands in the configuration is a program and its arguments, nothing is expanded.
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false },
        };
        process.Start();
        process.StandardInput.Close();
        try
        {
            char[] buffer = new char[MaxResultLength];
            int length = await process.StandardOutput.ReadBlockAsync(buffer, timeout.Token);
            process.StandardOutput.Close();
            await process.WaitForExitAsync(timeout.Token);
            return process.ExitCode == 0
                ? new string(buffer, 0, length).Trim()
                : throw new InvalidOperationException($"it exited with status {process.ExitCode}");
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            throw new TimeoutException($"it did not end within {limit.TotalSeconds:0.#} s");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    [LoggerMessage(1150, LogLevel.Warning, "The command of the label {Name} failed ({Command}): {Reason}. The last value stays.")]
    private partial void LogFailed(string name, string command, string reason);
}
