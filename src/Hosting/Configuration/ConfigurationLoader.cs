using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration.KnownSections;
using Teleport.Hosting.Logging;
using Teleport.Hosting.Plugins;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Makes a checked configuration of a file, flags and what is installed. Defaults give way to the file, the file to flags.</summary>
public sealed class ConfigurationLoader
{
    private readonly PluginCatalog _catalog;
    private readonly StartFlags _flags;
    private readonly ConfigurationSource _source;
    private readonly ConfigurationMistakes _mistakes;
    private readonly OptionsBinder _binder;

    private ConfigurationLoader(ConfigurationSource source, StartFlags flags, PluginCatalog catalog)
    {
        (_source, _flags, _catalog) = (source, flags, catalog);
        _mistakes = new ConfigurationMistakes(source.Name);
        var accessPlugins = new AccessPluginSelection(_mistakes, catalog);
        _binder = new OptionsBinder(_mistakes, accessPlugins.Bind);
    }

    /// <summary>Reads and checks everything, and loads the plugins that are enabled.</summary>
    /// <param name="source">The file.</param>
    /// <param name="flags">The command line.</param>
    /// <param name="catalog">What is installed.</param>
    /// <param name="isThorough">Whether sections of services that do not run are checked too; loads their plugins.</param>
    /// <exception cref="ConfigurationException">With all mistakes.</exception>
    public static InstanceConfiguration Load(ConfigurationSource source, StartFlags flags, PluginCatalog catalog, bool isThorough = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(flags);
        ArgumentNullException.ThrowIfNull(catalog);
        return new ConfigurationLoader(source, flags, catalog).Load(isThorough);
    }

    private InstanceConfiguration Load(bool isThorough)
    {
        YamlMapping root = _flags.Settings.Aggregate(ParseRoot(), FlagOverlay.Set);
        root = WithCommandLabels(root);
        YamlMapping? teleport = SectionOf(root, "teleport");
        var file = (TeleportSection)_binder.Bind(typeof(TeleportSection), teleport, "teleport");
        FileVersion.Check(_mistakes, root, file);
        InstanceOptions instance = new InstanceOptionsFactory(_mistakes, teleport, _flags)
            .Create(file, HostVersion.Text, Environment.ProcessPath ?? "teleport");
        IReadOnlyList<(InstalledPlugin Plugin, PluginPart Role)> selected = new RoleSelection(_mistakes, _catalog, root, _flags).Select();
        if (selected.Count == 0 && !_mistakes.HasErrors)
        {
            _mistakes.Add(default, "", "no service is enabled; enable one in the file, or name it by --roles");
        }

        Preload(selected);
        EnabledRole[] roles = [.. selected.Select(entry => Bind(root, entry.Plugin, entry.Role))];
        if (isThorough)
        {
            CheckDisabled(root, roles);
        }

        NetworkAddress? diagnostics = _flags.DiagAddr is { } flag ? ReadDiagAddr(flag) : file.DiagAddr;
        CheckListeners(root, roles, instance, diagnostics);
        bool isStored = roles.Any(static role => role.Name == "auth" && role.Failure is null);
        StorageChoice? storage = new StorageSelection(_mistakes, _catalog, instance.DataDir).Read(file.Storage, isStored);
        _mistakes.ThrowIfAny();
        return new InstanceConfiguration
        {
            Instance = instance,
            Log = LogOptionsOf(file.Log),
            DiagnosticsAddress = diagnostics,
            PidFile = (_flags.PidFile ?? file.PidFile) is { } pidFile ? Path.GetFullPath(pidFile) : null,
            Warnings = _mistakes.Warnings,
            Roles = roles,
            Storage = storage,
        };
    }

    private YamlMapping ParseRoot()
    {
        (YamlNode? document, IReadOnlyList<YamlMistake> mistakes) = YamlDocuments.ParseTolerantly(_source.Text);
        foreach (YamlMistake mistake in mistakes)
        {
            _mistakes.Add(mistake);
        }

        if (document is YamlMapping mapping)
        {
            return mapping;
        }

        if (document is not null)
        {
            _mistakes.Add(document.Location, "", $"expected sections, as \"teleport:\", got {document.Description}");
        }

        return new YamlMapping([], default);
    }

    private YamlMapping? SectionOf(YamlMapping root, string name)
    {
        YamlNode? node = root.Find(name);
        if (node is not (null or YamlMapping or YamlScalar { IsEmpty: true }))
        {
            _mistakes.Add(node.Location, name, $"expected keys with values, got {node.Description}");
        }

        return node as YamlMapping;
    }

    // Labels that a command computes belong to the section of the node; malformed ones are reported with the static ones.
    private YamlMapping WithCommandLabels(YamlMapping root)
    {
        foreach (string text in _flags.Labels)
        {
            try
            {
                if (LabelsText.Parse(text).Commands is { Count: > 0 } commands)
                {
                    root = FlagOverlay.Set(root, new FlagSetting("ssh_service.commands", LabelsText.ToNode(commands, "--labels"), "--labels"));
                }
            }
            catch (FormatException)
            {
                continue;
            }
        }

        return root;
    }

    // Loading is most of the time until the first role runs, and plugins are independent of each other.
    private static void Preload(IEnumerable<(InstalledPlugin Plugin, PluginPart Role)> selected) =>
        Parallel.ForEach(selected.Select(static entry => entry.Plugin).Distinct(), static plugin =>
        {
            try
            {
                _ = plugin.Parts;
            }
            catch (PluginException)
            {
                // Kept by the plugin, and reported by whoever needs it.
                return;
            }
        });

    private EnabledRole Bind(YamlMapping root, InstalledPlugin plugin, PluginPart role)
    {
        try
        {
            ServiceRolePart part = plugin.Parts.Roles.First(candidate => candidate.Name == role.Name);
            object options = _binder.Bind(part.OptionsType, SectionOf(root, part.Section), part.Section);
            return new EnabledRole(role.Name, plugin, part, options, Failure: null);
        }
        catch (PluginException e)
        {
            return new EnabledRole(role.Name, plugin, Part: null, Options: null, e.Message);
        }
    }

    private void CheckDisabled(YamlMapping root, EnabledRole[] enabled)
    {
        foreach ((InstalledPlugin plugin, PluginPart role) in _catalog.ServiceRoles.Where(entry => enabled.All(e => e.Name != entry.Role.Name)))
        {
            if (root.Find(role.Section!) is YamlMapping)
            {
                Bind(root, plugin, role);
            }
        }
    }

    private void CheckListeners(YamlMapping root, EnabledRole[] roles, InstanceOptions instance, NetworkAddress? diagnostics)
    {
        var clashes = new ListenerClashes(_mistakes, root, instance.ListenHost);
        foreach (EnabledRole role in roles.Where(static role => role.Options is not null))
        {
            clashes.Add(role.Part!.Section, role.Options!);
        }

        foreach (KnownSection known in SectionCatalog.All.Where(known => known.Options is not null && roles.All(role => role.Part?.Section != known.Name)))
        {
            // Its plugin is missing, which is reported; its listeners would clash all the same.
            if (SectionOf(root, known.Name) is { } section && section.Find("enabled") is YamlScalar enabled && YamlText.TryReadBoolean(enabled.Text, out bool on) && on)
            {
                clashes.Add(known.Name, new OptionsBinder(new ConfigurationMistakes(null)).Bind(known.Options!, section, known.Name));
            }
        }

        if (diagnostics is not null)
        {
            clashes.Add("teleport.diag_addr", diagnostics);
        }
    }

    private NetworkAddress? ReadDiagAddr(string text)
    {
        if (NetworkAddress.TryParse(text, out NetworkAddress? address) && address.Port is not null)
        {
            // Only for this host unless somebody says otherwise.
            return address.Host.Length == 0 ? address with { Host = "127.0.0.1" } : address;
        }

        _mistakes.Add(new YamlLocation(0, 0, "--diag-addr"), "", $"\"{text}\" is no address with a port; write 127.0.0.1:3000");
        return null;
    }

    private LogOptions LogOptionsOf(LogSection section) => new()
    {
        Output = _flags.Debug ? "stderr" : section.Output,
        Level = _flags.Debug ? Microsoft.Extensions.Logging.LogLevel.Debug : LogSeverities.Parse(section.Severity) ?? Microsoft.Extensions.Logging.LogLevel.Information,
        IsJson = section.Format.Output == "json",
        HasTimestamps = section.Format.ExtraFields.Contains("timestamp"),
    };
}
