using Teleport.Abstractions.Plugins;
using Teleport.Yaml;

namespace Teleport.Hosting.Plugins;

/// <summary>A folder that holds no plugin that could be used.</summary>
/// <param name="Folder">Its path.</param>
/// <param name="Reason">Why, and what to do.</param>
public sealed record BrokenPlugin(string Folder, string Reason);

/// <summary>What is installed. Reads manifests only.</summary>
public sealed class PluginCatalog
{
    private readonly Dictionary<(PluginPartKind Kind, string Name), InstalledPlugin> _byName = [];
    private readonly List<InstalledPlugin> _plugins = [];
    private readonly List<BrokenPlugin> _broken = [];

    /// <summary>The plugins, ordered by id.</summary>
    public IReadOnlyList<InstalledPlugin> Plugins => _plugins;

    /// <summary>Folders that hold something else.</summary>
    public IReadOnlyList<BrokenPlugin> Broken => _broken;

    /// <summary>Reads the manifests of all subfolders of a folder, and adds plugins that the program brings itself.</summary>
    /// <param name="pluginsFolder">The folder; <c>null</c>, or one that does not exist: none.</param>
    /// <param name="own">Plugins of the program itself: no load context, no manifest file.</param>
    public static PluginCatalog Discover(string? pluginsFolder, IEnumerable<IPlugin>? own = null) =>
        Discover(pluginsFolder, own ?? [], new ContextPluginLoader());

    internal static PluginCatalog Discover(string? pluginsFolder, IEnumerable<IPlugin> own, IPluginLoader loader)
    {
        var catalog = new PluginCatalog();
        foreach (IPlugin plugin in own)
        {
            catalog.AddOwn(plugin);
        }

        if (pluginsFolder is not null && Directory.Exists(pluginsFolder))
        {
            foreach (string folder in Directory.GetDirectories(Path.GetFullPath(pluginsFolder)).Order(StringComparer.Ordinal))
            {
                catalog.AddFolder(folder, loader);
            }
        }

        return catalog;
    }

    /// <summary>Names of what is installed of a kind.</summary>
    public IReadOnlyList<string> NamesOf(PluginPartKind kind) =>
        [.. _byName.Keys.Where(key => key.Kind == kind).Select(static key => key.Name).Order(StringComparer.Ordinal)];

    /// <summary>The plugin that provides something, by name or alias; <c>null</c>: none does.</summary>
    public InstalledPlugin? Find(PluginPartKind kind, string name) => _byName.GetValueOrDefault((kind, name));

    /// <summary>The installed service roles.</summary>
    public IEnumerable<(InstalledPlugin Plugin, PluginPart Role)> ServiceRoles =>
        _plugins.SelectMany(static plugin => plugin.Manifest.Provides
            .Where(static part => part.Kind == PluginPartKind.ServiceRole)
            .Select(part => (plugin, part)));

    /// <summary>Why a part that is wanted is not there, as a sentence that ends with what is.</summary>
    internal string DescribeMissing(PluginPartKind kind, string name)
    {
        IReadOnlyList<string> installed = NamesOf(kind);
        string hint = NearestName.Find(name, installed) is { } nearest ? $" (did you mean \"{nearest}\"?)" : "";
        string list = installed.Count == 0 ? "none is" : $"installed are {string.Join(", ", installed)}";
        return $"no installed plugin provides the {kind.Words()} \"{name}\"{hint}; {list}";
    }

    private void AddOwn(IPlugin plugin)
    {
        System.Reflection.AssemblyName assembly = plugin.GetType().Assembly.GetName();
        var manifest = new PluginManifest
        {
            Id = assembly.Name!,
            Version = assembly.Version?.ToString(3) ?? "0.0.0",
            AbstractionsVersion = PluginManifest.PresentAbstractions.ToString(3),
            Assembly = assembly.Name + ".dll",
            EntryType = plugin.GetType().FullName!,
            Provides = PluginManifest.Describe(plugin),
        };
        Add(new InstalledPlugin(manifest, folder: null, () => plugin), plugin.GetType().FullName!);
    }

    private void AddFolder(string folder, IPluginLoader loader)
    {
        if (!File.Exists(Path.Combine(folder, PluginManifest.FileName)) && new DirectoryInfo(folder).LinkTarget is null)
        {
            // Left over by a build, say: a folder without a manifest claims nothing.
            return;
        }

        try
        {
            PluginManifest manifest = ManifestReader.Read(folder);
            Add(new InstalledPlugin(manifest, folder, () => loader.Load(folder, manifest)), folder);
        }
        catch (Exception e) when (e is PluginException or IOException or UnauthorizedAccessException)
        {
            _broken.Add(new BrokenPlugin(folder, $"Cannot use the plugin in {folder}: {e.Message.TrimEnd('.')}."));
        }
    }

    private void Add(InstalledPlugin plugin, string place)
    {
        (PluginPartKind Kind, string Name)[] keys =
            [.. plugin.Manifest.Provides.SelectMany(static part => (part.Aliases ?? []).Prepend(part.Name).Select(name => (part.Kind, name)))];
        foreach ((PluginPartKind kind, string name) in keys)
        {
            if (_byName.TryGetValue((kind, name), out InstalledPlugin? other))
            {
                _broken.Add(new BrokenPlugin(
                    place, $"Cannot use the plugin {plugin.Manifest.Id}: the {kind.Words()} \"{name}\" is already provided by {other.Manifest.Id}. Remove one of them."));
                return;
            }
        }

        foreach ((PluginPartKind Kind, string Name) key in keys)
        {
            _byName[key] = plugin;
        }

        _plugins.Add(plugin);
    }
}
