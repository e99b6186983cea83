using System.CommandLine;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;

namespace Teleport.Host.Commands;

/// <summary><c>teleport configure</c>: writes a configuration file, or checks one.</summary>
internal static class ConfigureCommand
{
    private const string DefaultFile = "/etc/teleport.yaml";

    public static Command Create()
    {
        var options = new ConfigureOptions();
        var command = new Command("configure", "Writes a commented configuration file, or checks one.");
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    private static int Run(ParseResult parsed, ConfigureOptions options)
    {
        PluginCatalog catalog = PluginCatalog.Discover(parsed.GetValue(TeleportCommand.PluginsFolder));
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(options.Test) is { } file)
        {
            return Test(ConfigurationSource.FromFile(file), catalog, output);
        }

        string text = SampleFile.Write(options.Read(parsed));
        // What this command writes must start: a preset that cannot is refused here, not at the start.
        ConfigurationLoader.Load(new ConfigurationSource(text, "the new configuration"), new StartFlags(), catalog);
        string target = parsed.GetValue(options.Output)!;
        if (target == "stdout")
        {
            output.Write(text);
            return 0;
        }

        string path = PathOf(target);
        Save(path, text);
        output.WriteLine($"Wrote the configuration to {path}. Start it by:");
        output.WriteLine();
        output.WriteLine($"  teleport start -c {path}");
        return 0;
    }

    private static int Test(ConfigurationSource source, PluginCatalog catalog, TextWriter output)
    {
        InstanceConfiguration configuration = ConfigurationLoader.Load(source, new StartFlags(), catalog, isThorough: true);
        foreach (string warning in configuration.Warnings)
        {
            output.WriteLine($"warning: {warning}");
        }

        output.WriteLine($"{source.Name} is a good configuration; it runs {string.Join(", ", configuration.RoleNames)}.");
        return 0;
    }

    private static string PathOf(string target) => target switch
    {
        "file" => DefaultFile,
        _ when target.StartsWith("file://", StringComparison.Ordinal) => target["file://".Length..],
        _ when Path.IsPathRooted(target) => target,
        _ => throw new CommandException($"--output \"{target}\" is neither stdout, file, file:///path nor an absolute path."),
    };

    private static void Save(string path, string text)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(path, options);
            writer.Write(text);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new CommandException($"The file {path} exists already, and is not overwritten. Remove it, or choose another by --output.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Cannot write {path}: {e.Message}");
        }
    }
}
