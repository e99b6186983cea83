using System.CommandLine;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Plugins;

namespace Teleport.Host.Commands;

/// <summary><c>teleport plugins</c>: what is installed.</summary>
internal static class PluginsCommand
{
    public static Command Create() => new("plugins", "Shows the installed plugins.") { CreateList(), CreateInspect() };

    private static Command CreateList()
    {
        Option<string> format = OutputFormat.CreateOption();
        var diagnostics = new Option<string?>("--diag-addr") { Description = "Address of the diagnostics of a running host: lists its access plugins, and how they fare." };
        var command = new Command("ls", "Lists the installed plugins.") { format, diagnostics };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(diagnostics) is { } address)
            {
                return await RunningPlugins.PrintAsync(address, parsed.InvocationConfiguration.Output, parsed.GetValue(format)!, cancellationToken);
            }

            PluginCatalog catalog = PluginCatalog.Discover(parsed.GetValue(TeleportCommand.PluginsFolder));
            PluginRow[] rows =
            [
                .. catalog.Plugins.Select(static p => new PluginRow(p.Manifest.Id, p.Manifest.Version, [.. p.Manifest.Provides.Select(static part => part.ToString())], "ok")),
                .. catalog.Broken.Select(static b => new PluginRow(Path.GetFileName(b.Folder), "", [], b.Reason)),
            ];
            OutputFormat.Print(parsed.InvocationConfiguration.Output, parsed.GetValue(format)!, rows, output => PrintRows(output, rows));
            return catalog.Broken.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command CreateInspect()
    {
        Option<string> format = OutputFormat.CreateOption();
        var id = new Argument<string>("plugin") { Description = "Id of the plugin, as ls shows it." };
        var command = new Command("inspect", "Shows a plugin's manifest, and whether it can be loaded.") { id, format };
        command.SetAction(parsed =>
        {
            PluginCatalog catalog = PluginCatalog.Discover(parsed.GetValue(TeleportCommand.PluginsFolder));
            string name = parsed.GetValue(id)!;
            InstalledPlugin plugin = catalog.Plugins.FirstOrDefault(p => p.Manifest.Id.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw NotInstalled(catalog, name);
            string? failure = plugin.TryLoad();
            OutputFormat.Print(
                parsed.InvocationConfiguration.Output,
                parsed.GetValue(format)!,
                new { manifest = plugin.Manifest, folder = plugin.Folder, loads = failure is null, failure },
                output => PrintPlugin(output, plugin, failure));
            return failure is null ? 0 : 1;
        });
        return command;
    }

    private static CommandException NotInstalled(PluginCatalog catalog, string name) =>
        catalog.Broken.FirstOrDefault(b => Path.GetFileName(b.Folder).Equals(name, StringComparison.OrdinalIgnoreCase)) is { } broken
            ? new CommandException(broken.Reason)
            : new CommandException($"The plugin \"{name}\" is not installed; {Yaml.NearestName.Hint(name, [.. catalog.Plugins.Select(static p => p.Manifest.Id)])}");

    private static void PrintRows(TextWriter output, PluginRow[] rows)
    {
        if (rows.Length == 0)
        {
            output.WriteLine("No plugins found");
            return;
        }

        OutputFormat.PrintTable(
            output, ["Plugin", "Version", "Provides", "State"], [.. rows.Select(static r => new[] { r.Id, r.Version, string.Join(", ", r.Provides), r.State })]);
    }

    private static void PrintPlugin(TextWriter output, InstalledPlugin plugin, string? failure)
    {
        PluginManifest manifest = plugin.Manifest;
        output.WriteLine($"Plugin      : {manifest.Id}");
        output.WriteLine($"Version     : {manifest.Version}");
        output.WriteLine($"Built for   : Teleport.Abstractions {manifest.AbstractionsVersion}");
        output.WriteLine($"Folder      : {plugin.Folder}");
        output.WriteLine($"Entry point : {manifest.EntryType} in {manifest.Assembly}");
        foreach (PluginPart part in manifest.Provides)
        {
            string section = part.Section is null ? "" : $", section {part.Section}, {(part.EnabledByDefault == true ? "on" : "off")} by default";
            string aliases = part.Aliases is { Count: > 0 } names ? $", also {string.Join(", ", names)}" : "";
            output.WriteLine($"Provides    : {part}{section}{aliases}");
        }

        output.WriteLine($"Loads       : {failure ?? "yes"}");
    }

    private sealed record PluginRow(string Id, string Version, IReadOnlyList<string> Provides, string State);
}
