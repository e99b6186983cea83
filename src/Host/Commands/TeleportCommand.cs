using System.CommandLine;
using System.CommandLine.Help;
using Teleport.Abstractions.Errors;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;

namespace Teleport.Host.Commands;

/// <summary>The command line <c>teleport</c>: one line on stderr for each mistake, and exit code 1.</summary>
internal static class TeleportCommand
{
    private static readonly string[] Switches = ["--debug", "--insecure", "--insecure-no-tls", "--permit-user-env", "--fips", "--acme", "--skip-version-check"];

    /// <summary>Where plugins are, for tests and for packages that put them elsewhere.</summary>
    public static readonly Option<string> PluginsFolder = new("--plugins-dir")
    {
        Description = "Folder that holds the plugins.",
        Recursive = true,
        Hidden = true,
        DefaultValueFactory = static _ => Path.Combine(AppContext.BaseDirectory, "plugins"),
    };

    public static async Task<int> RunAsync(string[] args)
    {
        RootCommand root = Create();
        ParseResult parsed = root.Parse([.. args.Select(WithoutNo)]);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            return Fail([parsed.Errors[0].Message.TrimEnd('.') + (args.Length == 0 ? "" : ". See: teleport --help")], parsed, isUsage: args.Length == 0);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (ConfigurationException e)
        {
            return Fail(e.Mistakes, parsed);
        }
        catch (Exception e) when (e is TeleportException or PluginException or CommandException or IOException or UnauthorizedAccessException)
        {
            return Fail([e.Message], parsed);
        }
    }

    private static RootCommand Create()
    {
        var root = new RootCommand("Teleport for .NET: runs the services of an access plane.")
        {
            StartCommand.Create(),
            ConfigureCommand.Create(),
            DevCommand.Create(),
            StatusCommand.Create(),
            PluginsCommand.Create(),
            VersionCommand.Create(),
        };
        root.Options.Add(PluginsFolder);
        return root;
    }

    // Switches may be written --no-x, too.
    private static string WithoutNo(string arg) =>
        arg.StartsWith("--no-", StringComparison.Ordinal) && Switches.Contains("--" + arg[5..]) ? $"--{arg[5..]}=false" : arg;

    private static int Fail(IEnumerable<string> mistakes, ParseResult parsed, bool isUsage = false)
    {
        if (isUsage)
        {
            // Without a command there is nothing to complain of: show what there is.
            parsed.RootCommandResult.Command.Parse("--help").Invoke();
            return 1;
        }

        foreach (string mistake in mistakes)
        {
            Console.Error.WriteLine($"error: {mistake.ReplaceLineEndings(" ")}");
        }

        return 1;
    }
}
