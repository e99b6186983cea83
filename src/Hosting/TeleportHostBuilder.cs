using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Logging;
using Teleport.Hosting.Plugins;
using Teleport.Hosting.Supervision;

namespace Teleport.Hosting;

/// <summary>Assembles a host: a configuration, and plugins from a folder or of the program itself.</summary>
public sealed class TeleportHostBuilder
{
    private readonly List<IPlugin> _own = [];
    private string? _pluginsFolder;
    private ConfigurationSource _source = ConfigurationSource.Defaults;
    private StartFlags _flags = new();
    private ILoggerFactory? _loggers;
    private TimeProvider _time = TimeProvider.System;
    private RestartPolicy _restarts = new();

    internal TeleportHostBuilder()
    {
    }

    /// <summary>Adds a plugin of the program itself: it is used as it is, without a load context.</summary>
    public TeleportHostBuilder AddPlugin(IPlugin plugin)
    {
        _own.Add(plugin);
        return this;
    }

    /// <summary>Uses the plugins in the subfolders of a folder. Without this, there are only those added.</summary>
    public TeleportHostBuilder UsePluginsFolder(string path)
    {
        _pluginsFolder = path;
        return this;
    }

    /// <summary>Uses a configuration. Without this, there are only defaults.</summary>
    public TeleportHostBuilder UseConfiguration(ConfigurationSource source)
    {
        _source = source;
        return this;
    }

    /// <summary>Uses a configuration that is a text in the program.</summary>
    public TeleportHostBuilder UseConfiguration(string yaml) => UseConfiguration(new ConfigurationSource(yaml, "configuration"));

    /// <summary>Uses flags, which win over the configuration.</summary>
    public TeleportHostBuilder UseFlags(StartFlags flags)
    {
        _flags = flags;
        return this;
    }

    /// <summary>Logs by this factory, which stays the caller's. Without this, as the configuration says.</summary>
    public TeleportHostBuilder UseLogging(ILoggerFactory loggers)
    {
        _loggers = loggers;
        return this;
    }

    /// <summary>Uses a clock.</summary>
    public TeleportHostBuilder UseTime(TimeProvider time)
    {
        _time = time;
        return this;
    }

    /// <summary>Waits between restarts of failed roles by this policy.</summary>
    public TeleportHostBuilder UseRestarts(RestartPolicy policy)
    {
        _restarts = policy;
        return this;
    }

    /// <summary>Reads and checks the configuration, and loads what it enables. Starts nothing.</summary>
    /// <exception cref="ConfigurationException">With all mistakes.</exception>
    public TeleportHost Build()
    {
        PluginCatalog catalog = PluginCatalog.Discover(_pluginsFolder, _own);
        InstanceConfiguration configuration = ConfigurationLoader.Load(_source, _flags, catalog);
        ILoggerFactory? ownLoggers = _loggers is null ? LogSetup.CreateFactory(configuration.Log, _time) : null;
        return new TeleportHost(configuration, catalog, _loggers ?? ownLoggers!, ownLoggers, _time, _restarts);
    }
}
