using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Audit;

namespace Teleport.Auth.Startup;

/// <summary>What the auth service keeps its state in: backend, audit sinks, recordings. Opened together, closed together.</summary>
internal sealed class AuthStorage : IAsyncDisposable
{
    private readonly IReadOnlyList<IAuditLog> _logs;

    private AuthStorage(IBackend backend, IReadOnlyList<IAuditLog> logs, IRecordingStore recordings) =>
        (Backend, _logs, Recordings) = (backend, logs, recordings);

    public IBackend Backend { get; }

    public IRecordingStore Recordings { get; }

    public static async Task<AuthStorage> OpenAsync(IInstanceServices instance, CancellationToken cancellationToken)
    {
        IBackend backend = await instance.OpenBackendAsync(cancellationToken);
        IReadOnlyList<IAuditLog> logs = [];
        try
        {
            logs = await instance.OpenAuditLogsAsync(cancellationToken);
            return new AuthStorage(backend, logs, await instance.OpenRecordingStoreAsync(cancellationToken));
        }
        catch
        {
            foreach (IAuditLog log in logs)
            {
                await log.DisposeAsync();
            }

            await backend.DisposeAsync();
            throw;
        }
    }

    /// <summary>The pipeline to all sinks; it closes them.</summary>
    public AuditPipeline CreateAudit(string clusterName, IServiceProvider services)
    {
        var time = services.GetRequiredService<TimeProvider>();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        string spools = Path.Combine(services.GetRequiredService<InstanceOptions>().DataDir, "log", "spool-audit");
        SinkWriter[] sinks =
        [
            .. _logs.Select((log, i) => new SinkWriter(
                $"{i + 1} ({log.GetType().Name})", log, new AuditSpool(Path.Combine(spools, $"sink-{i + 1}")), time, loggers.CreateLogger<SinkWriter>())),
        ];
        return new AuditPipeline(clusterName, sinks, time, loggers.CreateLogger<AuditPipeline>());
    }

    public async ValueTask DisposeAsync()
    {
        await Recordings.DisposeAsync();
        await Backend.DisposeAsync();
    }
}
