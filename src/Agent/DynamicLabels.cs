using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Resources;
using Teleport.Access;

namespace Teleport.Agent;

/// <summary>Labels that commands produce, each run again and again. The last good value stays when a command fails.</summary>
public sealed partial class DynamicLabels : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
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
            static c => new CommandLabel { Command = [.. c.Value.Command], Period = Durations.Format(c.Value.Period) },
            StringComparer.Ordinal);
        _loops = Task.WhenAll(commands.Select(c => Task.Run(() => RunAsync(c.Key, c.Value.Command, c.Value.Period))));
    }

    /// <summary>The labels with their last good results.</summary>
    public IReadOnlyDictionary<string, CommandLabel> Current => Volatile.Read(ref _labels);

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
        try
        {
            while (true)
            {
                try
                {
                    Set(name, await LabelCommand.RunAsync(command, wait, _time, _stop.Token));
                }
                // A supervision boundary: a command of the configuration can fail in any way, and the others go on.
                catch (Exception e) when (!_stop.IsCancellationRequested)
                {
                    LogFailed(name, string.Join(' ', command), e.Message);
                }

                await Task.Delay(wait, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private void Set(string name, string result)
    {
        bool isNew = ImmutableInterlocked.Update(ref _labels, static (labels, set) =>
            labels[set.name].Result == set.result ? labels : labels.SetItem(set.name, labels[set.name] with { Result = set.result }), (name, result));
        if (isNew)
        {
            _changed();
        }
    }

    [LoggerMessage(1150, LogLevel.Warning, "The command of the label {Name} failed ({Command}): {Reason}. The last value stays.")]
    private partial void LogFailed(string name, string command, string reason);
}
