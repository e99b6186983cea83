using System.Globalization;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Diagnostics;
using Teleport.Hosting.Plugins;
using Teleport.Hosting.Supervision;

namespace Teleport.Hosting;

/// <summary>A running instance: supervised service roles, their data folder, diagnostics. Started once, stopped once.</summary>
public sealed partial class TeleportHost : IAsyncDisposable
{
    private readonly PluginCatalog _catalog;
    private readonly ILoggerFactory? _ownLoggers;
    private readonly ILogger _logger;
    private readonly RoleBoard _board;
    private readonly List<RoleSupervisor> _supervisors = [];
    private readonly DrainOrder _drain;
    private DataDirectory? _dataDirectory;
    private DiagnosticsServer? _diagnostics;
    private Task? _roles;

    internal TeleportHost(
        InstanceConfiguration configuration, PluginCatalog catalog, ILoggerFactory loggers, ILoggerFactory? ownLoggers, TimeProvider time, RestartPolicy restarts)
    {
        (Configuration, _catalog, _ownLoggers) = (configuration, catalog, ownLoggers);
        _logger = loggers.CreateLogger<TeleportHost>();
        _board = new RoleBoard(time);
        Rendezvous = new Rendezvous([.. configuration.Roles.Where(static r => r.Failure is null).Select(static r => r.Name)]);
        var services = new PluginServices(
            loggers, time, configuration.Instance, Rendezvous, provider => new InstanceServices(catalog, configuration.Storage, provider));
        foreach (EnabledRole role in configuration.Roles)
        {
            _board.Add(role);
            _supervisors.Add(new RoleSupervisor(role, services, _board, restarts, time, loggers.CreateLogger<RoleSupervisor>()));
        }

        Services = services;
        _drain = new DrainOrder(time);
    }

    /// <summary>What it runs.</summary>
    public InstanceConfiguration Configuration { get; }

    /// <summary>Where its roles meet.</summary>
    public IRendezvous Rendezvous { get; }

    /// <summary>What its plugins are given.</summary>
    public IServiceProvider Services { get; }

    /// <summary>How its roles fare.</summary>
    public IReadOnlyList<RoleStatus> Roles => _board.Snapshot;

    internal RoleBoard Board => _board;

    /// <summary>Where diagnostics are served once started; <c>null</c>: nowhere.</summary>
    public System.Net.IPEndPoint? DiagnosticsEndPoint => _diagnostics?.EndPoint;

    /// <summary>Begins to assemble a host.</summary>
    public static TeleportHostBuilder CreateBuilder() => new();

    /// <summary>Takes the data folder, opens the diagnostics and starts all roles at once. Returns before they are up.</summary>
    /// <exception cref="ConfigurationException">The data folder or the address of the diagnostics cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string warning in Configuration.Warnings)
        {
            LogDoubt(warning);
        }

        foreach (BrokenPlugin broken in _catalog.Broken)
        {
            LogBrokenPlugin(broken.Reason);
        }

        _dataDirectory = DataDirectory.Open(Configuration.Instance.DataDir);
        if (_dataDirectory.WasOpenToOthers)
        {
            LogNarrowed(Configuration.Instance.DataDir);
        }

        if (Configuration.Instance.Insecure)
        {
            LogInsecure();
        }

        if (Configuration.DiagnosticsAddress is { } address)
        {
            _diagnostics = await DiagnosticsServer.StartAsync(address, _board, _catalog, Rendezvous, cancellationToken);
            LogDiagnostics(_diagnostics.EndPoint.ToString());
        }

        WritePidFile();
        LogStarting(HostVersion.Text, string.Join(", ", Configuration.RoleNames), Configuration.Instance.DataDir);
        _roles = Task.WhenAll(_supervisors.Select(supervisor => supervisor.RunAsync(_drain.TokenFor(supervisor.Name), _drain.Aborted)));
    }

    /// <summary>Waits until every role is up.</summary>
    /// <exception cref="InvalidOperationException">A role cannot run, or failed: says why.</exception>
    public async Task WaitReadyAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<RoleStatus> roles = await _board.WaitAsync(
            static roles => roles.All(static r => r.State is RoleState.Ready) || roles.Any(IsDown), cancellationToken);
        if (roles.FirstOrDefault(IsDown) is { } failed)
        {
            throw new InvalidOperationException($"The service {failed.Name} is not up: {failed.LastFailure ?? failed.Detail ?? failed.State.ToString()}");
        }

        static bool IsDown(RoleStatus role) => role.State is RoleState.Waiting or RoleState.Failed or RoleState.Stopped;
    }

    /// <summary>Waits until no role can run any more: all have failed, and none was ever up.</summary>
    /// <returns>Why each of them failed.</returns>
    public async Task<IReadOnlyList<string>> WaitHopelessAsync(CancellationToken cancellationToken)
    {
        bool wasUp = false;
        IReadOnlyList<RoleStatus> roles = await _board.WaitAsync(
            roles =>
            {
                wasUp |= roles.Any(static r => r.State is RoleState.Ready or RoleState.Degraded);
                return roles.All(static r => r.State is RoleState.Failed) || (!wasUp && roles.All(static r => r.Failures > 0));
            },
            cancellationToken);
        return [.. roles.Select(static r => $"The service {r.Name} cannot start: {r.LastFailure}")];
    }

    /// <summary>Tells all roles to finish, the auth role last, and waits for them.</summary>
    /// <param name="limit">After this time they must end at once; infinite: whenever they are done.</param>
    /// <param name="atOnce">Fires when they must end at once all the same.</param>
    public async Task StopAsync(TimeSpan limit, CancellationToken atOnce)
    {
        if (_roles is null)
        {
            return;
        }

        LogStopping();
        bool inTime = await _drain.DrainAsync(_board, _roles, limit, atOnce);
        LogStopped(inTime ? "all work was finished" : "what was still running was cut off");
        _roles = null;
    }

    /// <summary>Describes the state of everything in the log.</summary>
    public void LogState()
    {
        foreach (RoleStatus role in _board.Snapshot)
        {
            LogRoleState(role.Name, role.Plugin, role.State, role.Failures, role.Detail ?? "");
        }
    }

    /// <summary>Stops at once what still runs, and gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, CancellationToken.None);
        if (_diagnostics is not null)
        {
            await _diagnostics.DisposeAsync();
        }

        _drain.Dispose();
        RemovePidFile();
        _dataDirectory?.Dispose();
        _ownLoggers?.Dispose();
    }

    private void WritePidFile()
    {
        if (Configuration.PidFile is { } path)
        {
            try
            {
                File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ConfigurationException([$"Cannot write the process id to {path}: {e.Message} Choose another file by --pid-file or teleport.pid_file."]);
            }
        }
    }

    private void RemovePidFile()
    {
        if (Configuration.PidFile is { } path && _dataDirectory is not null)
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogPidFileLeft(path, e.Message);
            }
        }
    }

    [LoggerMessage(1000, LogLevel.Information, "Teleport {Version} starts the services {Roles}; data is kept in {DataDir}.")]
    private partial void LogStarting(string version, string roles, string dataDir);

    [LoggerMessage(1001, LogLevel.Warning, "{Doubt}.")]
    private partial void LogDoubt(string doubt);

    [LoggerMessage(1002, LogLevel.Error, "{Reason} The other plugins are not affected.")]
    private partial void LogBrokenPlugin(string reason);

    [LoggerMessage(1003, LogLevel.Warning, "The data folder {DataDir} was open to other users of this host. Its mode is 0700 now.")]
    private partial void LogNarrowed(string dataDir);

    [LoggerMessage(1004, LogLevel.Warning, "Certificates of web endpoints are NOT VERIFIED, as --insecure asks: whoever is on the way can read and change what is sent. Use it for tests only.")]
    private partial void LogInsecure();

    [LoggerMessage(1005, LogLevel.Information, "Diagnostics are served on http://{EndPoint}: /healthz, /readyz, /metrics.")]
    private partial void LogDiagnostics(string endPoint);

    [LoggerMessage(1006, LogLevel.Information, "Stopping: no new work is taken, and what runs is finished.")]
    private partial void LogStopping();

    [LoggerMessage(1007, LogLevel.Information, "Stopped: {How}.")]
    private partial void LogStopped(string how);

    [LoggerMessage(1008, LogLevel.Information, "Service {Role} of plugin {Plugin} is {State}, after {Failures} failures. {Detail}")]
    private partial void LogRoleState(string role, string plugin, RoleState state, int failures, string detail);

    [LoggerMessage(1009, LogLevel.Warning, "Cannot remove the file {Path}: {Reason}")]
    private partial void LogPidFileLeft(string path, string reason);
}
