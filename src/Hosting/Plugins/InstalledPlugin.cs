using System.Text.Json;
using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Plugins;

/// <summary>A plugin that is there, loaded when something first needs it. Safe for use by several threads.</summary>
public sealed class InstalledPlugin
{
    private readonly Lazy<PluginParts> _parts;

    internal InstalledPlugin(PluginManifest manifest, string? folder, Func<IPlugin> load)
    {
        Manifest = manifest;
        Folder = folder;
        _parts = new Lazy<PluginParts>(() => LoadParts(load));
    }

    /// <summary>What its manifest says.</summary>
    public PluginManifest Manifest { get; }

    /// <summary>Its folder; <c>null</c> for one that the program itself brought.</summary>
    public string? Folder { get; }

    /// <summary>Whether its assembly is in the process.</summary>
    public bool IsLoaded => _parts.IsValueCreated;

    /// <summary>Why it cannot be used, once that was found out.</summary>
    public string? Failure { get; private set; }

    /// <summary>What it registered. Loads it at the first use; a failure stays.</summary>
    /// <exception cref="PluginException">It cannot be loaded.</exception>
    internal PluginParts Parts => Failure is null ? _parts.Value : throw new PluginException(Failure);

    /// <summary>Loads it, to see whether that works.</summary>
    /// <returns>Why it cannot be loaded; <c>null</c>: it can.</returns>
    public string? TryLoad()
    {
        try
        {
            _ = Parts;
            return null;
        }
        catch (PluginException e)
        {
            return e.Message;
        }
    }

    private PluginParts LoadParts(Func<IPlugin> load)
    {
        try
        {
            PluginParts parts = PluginParts.Of(load());
            RequireAgreement(parts);
            return parts;
        }
        catch (Exception e)
        {
            // The boundary to code of others: whatever it throws is reported in the plugin's name and concerns nobody else.
            Exception cause = e is System.Reflection.TargetInvocationException { InnerException: { } inner } ? inner : e;
            Failure = cause is PluginException
                ? $"Cannot load the plugin {Manifest.Id} {Manifest.Version}: {cause.Message}."
                : $"Cannot load the plugin {Manifest.Id} {Manifest.Version}: it threw {cause.GetType().Name}: {cause.Message.TrimEnd('.')}. "
                    + "Install a working version of it, or remove its folder.";
            throw new PluginException(Failure, cause);
        }
    }

    // What the host decided by the manifest must be what the plugin does.
    private void RequireAgreement(PluginParts parts)
    {
        IEnumerable<PluginPart> registered =
        [
            .. parts.Roles.Select(static r => new PluginPart { Kind = PluginPartKind.ServiceRole, Name = r.Name, Section = r.Section, EnabledByDefault = r.EnabledByDefault }),
            .. parts.Backends.Select(static b => new PluginPart { Kind = PluginPartKind.Backend, Name = b.Name, Aliases = b.Aliases.Count == 0 ? null : b.Aliases }),
            .. parts.AuditLogs.Select(static a => new PluginPart { Kind = PluginPartKind.AuditLog, Name = a.Scheme }),
            .. parts.RecordingStores.Select(static r => new PluginPart { Kind = PluginPartKind.RecordingStore, Name = r.Scheme }),
            .. parts.Connectors.Select(static c => new PluginPart { Kind = PluginPartKind.Connector, Name = c.Type }),
            .. parts.AccessPlugins.Select(static a => new PluginPart { Kind = PluginPartKind.AccessPlugin, Name = a.Type }),
        ];
        string[] said = Keys(Manifest.Provides);
        string[] done = Keys(registered);
        if (!said.SequenceEqual(done, StringComparer.Ordinal))
        {
            string difference = string.Join("; ", said.Except(done).Select(static k => $"only the manifest names {k}")
                .Concat(done.Except(said).Select(static k => $"only the plugin names {k}")));
            throw new PluginException($"its manifest and its code disagree ({difference}); build the plugin again");
        }
    }

    private static string[] Keys(IEnumerable<PluginPart> parts) =>
        [.. parts.Select(static p => $"{p} {JsonSerializer.Serialize(new { p.Section, p.EnabledByDefault, p.Aliases })}").Order(StringComparer.Ordinal)];
}
