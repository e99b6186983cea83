using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration;

namespace Teleport.Hosting.Supervision;

/// <summary>Keeps one role running: makes it, runs it, and makes another when it fails. Whatever it does concerns no other role.</summary>
internal sealed partial class RoleSupervisor(
    EnabledRole role, IServiceProvider services, RoleBoard board, RestartPolicy policy, TimeProvider time, ILogger<RoleSupervisor> logger)
{
    // A role that ignores the order to stop is left behind after this time.
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(30);

    public string Name => role.Name;

    /// <summary>Runs the role until it has drained.</summary>
    /// <param name="draining">The role should finish.</param>
    /// <param name="abort">The role must end at once.</param>
    public async Task RunAsync(CancellationToken draining, CancellationToken abort)
    {
        if (role.Failure is { } failure)
        {
            LogUnusable(role.Name, failure);
            return;
        }

        int failures = 0;
        while (!draining.IsCancellationRequested)
        {
            board.Set(role.Name, RoleState.Starting, null);
            long started = time.GetTimestamp();
            Exception? reason = await RunOnceAsync(draining, abort);
            if (reason is null)
            {
                break;
            }

            if (reason is OptionsException)
            {
                LogRefused(role.Name, reason.Message);
                board.Set(role.Name, RoleState.Failed, reason.Message);
                return;
            }

            failures = time.GetElapsedTime(started) >= policy.RunsWellAfter ? 1 : failures + 1;
            if (!await PauseAsync(failures, reason, draining))
            {
                break;
            }
        }

        board.Set(role.Name, RoleState.Stopped, null);
    }

    // Why it failed; null: it ended as it was told.
    private async Task<Exception?> RunOnceAsync(CancellationToken draining, CancellationToken abort)
    {
        var context = new ServiceRoleContext(role.Name, board, draining);
        using CancellationTokenRegistration notice = draining.UnsafeRegister(_ => board.Set(Name, RoleState.Draining, null), null);
        try
        {
            // A thread of its own: code that blocks before its first await must not starve the pool.
            Task run = Task.Factory.StartNew(
                () => RunRoleAsync(context, abort), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
            await WatchStartAsync(run, draining);
            await AwaitOrAbandonAsync(run, abort);
            return draining.IsCancellationRequested ? null : new InvalidOperationException("it ended although it was not told to");
        }
        catch (OperationCanceledException) when (draining.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            // The boundary to a plugin: every failure of it is reported here and mended by a restart.
            if (draining.IsCancellationRequested)
            {
                LogFailedWhileDraining(e, role.Name);
                return null;
            }

            return e;
        }
        finally
        {
            context.Close();
        }
    }

    private async Task RunRoleAsync(ServiceRoleContext context, CancellationToken abort)
    {
        IServiceRole instance = role.Part!.Create(role.Options!, services);
        try
        {
            await instance.RunAsync(context, abort);
        }
        finally
        {
            if (instance is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
            }
            else
            {
                (instance as IDisposable)?.Dispose();
            }
        }
    }

    private async Task WatchStartAsync(Task run, CancellationToken draining)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(draining);
        Task ready = board.WaitAsync(roles => roles.Any(r => r.Name == role.Name && r.State != RoleState.Starting), watch.Token);
        try
        {
            Task first = await Task.WhenAny(run, ready).WaitAsync(SlowStart, time, draining);
            if (first == ready && ready.IsCompletedSuccessfully)
            {
                RoleStatus status = board.Snapshot.First(s => s.Name == role.Name);
                LogStarted(role.Name, status.Detail ?? "ready");
            }
        }
        catch (TimeoutException)
        {
            LogSlow(role.Name, SlowStart);
            board.Set(role.Name, RoleState.Starting, $"has not come up for {SlowStart.TotalSeconds} s");
        }
        catch (OperationCanceledException)
        {
            // Told to stop before it was up: the run itself is awaited by the caller.
            return;
        }
        finally
        {
            await watch.CancelAsync();
        }
    }

    private async Task AwaitOrAbandonAsync(Task run, CancellationToken abort)
    {
        try
        {
            await run.WaitAsync(abort);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested && !run.IsCompleted)
        {
            try
            {
                await run.WaitAsync(AbortLimit, time, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                LogAbandoned(role.Name, AbortLimit);
            }
        }
    }

    // Whether to go on after the pause.
    private async Task<bool> PauseAsync(int failures, Exception reason, CancellationToken draining)
    {
#pragma warning disable RS0030 // Jitter keeps no secret.
        TimeSpan delay = policy.After(failures, Random.Shared.NextDouble());
#pragma warning restore RS0030
        string message = reason.Message.TrimEnd('.');
        bool explainsItself = reason is TeleportException or IOException or SocketException;
        LogFailed(explainsItself ? null : reason, role.Name, message, Math.Round(delay.TotalSeconds, 1));
        board.Set(role.Name, RoleState.Waiting, message);
        try
        {
            await Task.Delay(delay, time, draining);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1010, LogLevel.Information, "Service {Role} is up: {Detail}.")]
    private partial void LogStarted(string role, string detail);

    [LoggerMessage(1011, LogLevel.Error, "Service {Role} failed: {Reason}. Trying again in {Delay} s.")]
    private partial void LogFailed(Exception? exception, string role, string reason, double delay);

    [LoggerMessage(1012, LogLevel.Error, "Service {Role} cannot run: {Reason} The other services are not affected.")]
    private partial void LogUnusable(string role, string reason);

    [LoggerMessage(1013, LogLevel.Error, "Service {Role} refuses its options: {Reason} Correct the configuration and start again.")]
    private partial void LogRefused(string role, string reason);

    [LoggerMessage(1014, LogLevel.Warning, "Service {Role} has not come up after {Limit}; it may wait for something that it cannot reach.")]
    private partial void LogSlow(string role, TimeSpan limit);

    [LoggerMessage(1015, LogLevel.Error, "Service {Role} did not stop within {Limit} after it was told to stop at once. It is left behind.")]
    private partial void LogAbandoned(string role, TimeSpan limit);

    [LoggerMessage(1016, LogLevel.Warning, "Service {Role} failed while it finished its work.")]
    private partial void LogFailedWhileDraining(Exception exception, string role);
}
