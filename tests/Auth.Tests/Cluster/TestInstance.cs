using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Storage;
using Teleport.Audit.Files;
using Teleport.Connectors.Local;
using Teleport.Recordings.Files;
using Teleport.Storage.Sqlite;

namespace Teleport.Auth.Tests.Cluster;

/// <summary>Stands for the host of a process: the real plugins, as they register themselves, over one data folder.</summary>
internal sealed class TestInstance : IInstanceServices, IRendezvous, IServiceRoleContext, IPluginRegistration, IServiceProvider, IDisposable
{
    private readonly ConcurrentDictionary<Type, object> _offers = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _drain = new();
    private readonly ServiceProvider _services;
    private Func<IServiceProvider, CancellationToken, ValueTask<IBackend>>? _backend;
    private Func<Uri, IServiceProvider, CancellationToken, ValueTask<IAuditLog>>? _auditLog;
    private Func<Uri, IServiceProvider, CancellationToken, ValueTask<IRecordingStore>>? _recordings;
    private Func<ConnectorContext, IServiceProvider, IAuthConnector>? _connector;

    public TestInstance(string dataDir, TimeProvider time)
    {
        DataDir = dataDir;
        Options = new InstanceOptions
        {
            Nodename = "authhost", DataDir = dataDir, ListenHost = "127.0.0.1", Version = "0.1.0-test", ExecutablePath = "/nonexistent/teleport",
        };
        _services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(Loggers)
            .AddSingleton(time)
            .AddSingleton(Options)
            .AddSingleton<IInstanceServices>(this)
            .AddSingleton<IRendezvous>(this)
            .BuildServiceProvider();
        foreach (IPlugin plugin in (IPlugin[])[new SqlitePlugin(), new AuditFilesPlugin(), new RecordingFilesPlugin(), new LocalConnectorPlugin()])
        {
            plugin.Register(this);
        }
    }

    public string DataDir { get; }

    public InstanceOptions Options { get; }

    public TestLoggers Loggers { get; } = new();

    /// <summary>Opened in place of the SQLite file when set: two auth servers share it then.</summary>
    public IBackend? SharedBackend { get; init; }

    /// <summary>Further sinks, for tests of what happens when one fails.</summary>
    public List<IAuditLog> MoreSinks { get; } = [];

    public string? Degraded { get; private set; }

    public CancellationToken Draining => _drain.Token;

    public IReadOnlyCollection<string> ConnectorTypes => ["local"];

    public Task Ready => _ready.Task;

    public object? GetService(Type serviceType) => _services.GetService(serviceType);

    public Task DrainAsync() => _drain.CancelAsync();

    public ValueTask<IBackend> OpenBackendAsync(CancellationToken cancellationToken) =>
        SharedBackend is { } shared ? ValueTask.FromResult<IBackend>(new Undisposed(shared)) : _backend!(this, cancellationToken);

    public async ValueTask<IReadOnlyList<IAuditLog>> OpenAuditLogsAsync(CancellationToken cancellationToken) =>
        [await _auditLog!(new Uri($"file://{DataDir}/log"), this, cancellationToken), .. MoreSinks];

    public ValueTask<IRecordingStore> OpenRecordingStoreAsync(CancellationToken cancellationToken) =>
        _recordings!(new Uri($"file://{DataDir}/log/records"), this, cancellationToken);

    public IAuthConnector CreateConnector(string type, ConnectorContext context) => _connector!(context, this);

    public void Publish<TOffer>(TOffer offer)
        where TOffer : class => _offers[typeof(TOffer)] = offer;

    public Task<TOffer> WaitAsync<TOffer>(CancellationToken cancellationToken)
        where TOffer : class => throw new NotSupportedException("Tests read offers when the role is ready.");

    public TOffer? Find<TOffer>()
        where TOffer : class => _offers.GetValueOrDefault(typeof(TOffer)) as TOffer;

    public bool IsEnabled(string serviceRole) => serviceRole is "proxy" or "node";

    public void ReportReady(string? detail = null)
    {
        Degraded = null;
        _ready.TrySetResult();
    }

    public void ReportDegraded(string reason) => Degraded = reason;

    public void ProvideServiceRole<TOptions>(string name, string section, bool enabledByDefault, Func<TOptions, IServiceProvider, IServiceRole> create)
        where TOptions : class, IPluginOptions, new()
    {
    }

    public void ProvideBackend<TOptions>(
        string name, IReadOnlyList<string> aliases, Func<TOptions, IServiceProvider, CancellationToken, ValueTask<IBackend>> create)
        where TOptions : class, IPluginOptions, new() => _backend = (services, token) => create(new TOptions(), services, token);

    public void ProvideAuditLog(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IAuditLog>> create)
    {
        if (scheme == "file")
        {
            _auditLog = create;
        }
    }

    public void ProvideRecordingStore(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IRecordingStore>> create) => _recordings = create;

    public void ProvideConnector(string type, Func<ConnectorContext, IServiceProvider, IAuthConnector> create) => _connector = create;

    public void ProvideAccessPlugin<TOptions>(string type, Func<TOptions, IAccessPluginContext, IAccessPlugin> create)
        where TOptions : AccessPluginOptions, new() => throw new NotSupportedException("The auth role runs no access plugins.");

    public void Dispose()
    {
        _services.Dispose();
        _drain.Dispose();
    }

    private sealed class Undisposed(IBackend inner) : IBackend
    {
        public ValueTask<BackendItem?> GetAsync(BackendKey key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public ValueTask<BackendPage> RangeAsync(BackendKey from, BackendKey to, int limit, CancellationToken cancellationToken) =>
            inner.RangeAsync(from, to, limit, cancellationToken);

        public ValueTask<long> CommitAsync(BackendCommit commit, CancellationToken cancellationToken) => inner.CommitAsync(commit, cancellationToken);

        public IAsyncEnumerable<BackendChange> WatchAsync(BackendKey prefix, long afterRevision, CancellationToken cancellationToken) =>
            inner.WatchAsync(prefix, afterRevision, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>Keeps what was logged, so that tests can look for secrets in it.</summary>
internal sealed class TestLoggers : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}");
}
