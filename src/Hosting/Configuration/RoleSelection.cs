using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration.KnownSections;
using Teleport.Hosting.Plugins;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Decides which services run.</summary>
internal sealed class RoleSelection(ConfigurationMistakes mistakes, PluginCatalog catalog, YamlMapping root, StartFlags flags)
{
    private static readonly YamlLocation RolesFlag = new(0, 0, "--roles");

    /// <summary>The installed roles that are enabled. Reports sections that are enabled, or unknown, and have no plugin.</summary>
    public IReadOnlyList<(InstalledPlugin Plugin, PluginPart Role)> Select()
    {
        CheckSections();
        List<(InstalledPlugin Plugin, PluginPart Role)> selected = flags.Roles.Count > 0 ? ByFlag() : ByFile();
        return WithoutLocalAuth(selected);
    }

    /// <summary>Whether a section says that its service runs.</summary>
    private static bool IsEnabled(YamlMapping root, string section, bool byDefault) =>
        (root.Find(section) as YamlMapping)?.Find("enabled") switch
        {
            // Anything but a boolean is reported when the section is bound, which needs the role selected.
            YamlScalar { IsEmpty: false } scalar => !YamlText.TryReadBoolean(scalar.Text, out bool enabled) || enabled,
            YamlScalar or null => byDefault,
            _ => true,
        };

    private List<(InstalledPlugin Plugin, PluginPart Role)> ByFile() =>
        [.. catalog.ServiceRoles.Where(entry => IsEnabled(root, entry.Role.Section!, entry.Role.EnabledByDefault == true))];

    private List<(InstalledPlugin Plugin, PluginPart Role)> ByFlag()
    {
        var selected = new List<(InstalledPlugin Plugin, PluginPart Role)>();
        foreach (string name in flags.Roles.SelectMany(static text => text.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(RoleNames.Canonical).Distinct())
        {
            (InstalledPlugin Plugin, PluginPart Role)[] found = [.. catalog.ServiceRoles.Where(entry => entry.Role.Name == name)];
            if (found.Length == 0)
            {
                mistakes.Add(RolesFlag, "", catalog.DescribeMissing(PluginPartKind.ServiceRole, name));
            }

            selected.AddRange(found);
        }

        return selected;
    }

    // With an auth server named on the command line the local auth role does not run.
    private List<(InstalledPlugin Plugin, PluginPart Role)> WithoutLocalAuth(List<(InstalledPlugin Plugin, PluginPart Role)> selected)
    {
        if (flags.AuthServers.Count == 0 || selected.RemoveAll(static entry => entry.Role.Name == "auth") == 0)
        {
            return selected;
        }

        if (flags.Roles.Count > 0 || (root.Find("auth_service") as YamlMapping)?.Find("enabled") is not null)
        {
            mistakes.AddWarning(new YamlLocation(0, 0, "--auth-server"), "", "names another auth server, so the auth service of this host does not run");
        }

        return selected;
    }

    private void CheckSections()
    {
        string[] installed = [.. catalog.ServiceRoles.Select(static entry => entry.Role.Section!)];
        foreach (YamlEntry entry in root.Entries)
        {
            string name = entry.Key.Text;
            if (name is "teleport" or "version" || installed.Contains(name))
            {
                continue;
            }

            if (SectionCatalog.Find(name) is { } known)
            {
                CheckUninstalled(entry, known);
            }
            else if (LegacyKeys.ReasonOf(name) is { } reason)
            {
                mistakes.AddWarning(entry.Key.Location, name, reason);
            }
            else
            {
                string[] all = [.. installed, "teleport", "version", .. SectionCatalog.All.Select(static s => s.Name).Except(installed)];
                mistakes.Add(entry.Key.Location, name, $"unknown section; {NearestName.Hint(name, all)}");
            }
        }
    }

    private void CheckUninstalled(YamlEntry entry, KnownSection known)
    {
        if (known.Options is { } options && entry.Value is YamlMapping mapping)
        {
            new OptionsBinder(mistakes).Bind(options, mapping, known.Name);
        }

        // --roles overrules the file, and names what it lacks itself.
        if (flags.Roles.Count > 0 || !IsEnabled(root, known.Name, known.EnabledByDefault && entry.Value is YamlMapping))
        {
            return;
        }

        mistakes.Add(entry.Key.Location, known.Name, known.Role is { } role
            ? $"is enabled, but {catalog.DescribeMissing(PluginPartKind.ServiceRole, role)}. Install a plugin that does, or write \"enabled: no\""
            : "is enabled, but this version has no such service. Remove the section, or write \"enabled: no\"");
    }
}
