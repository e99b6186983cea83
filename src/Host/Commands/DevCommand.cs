using System.CommandLine;
using Teleport.Host.Dev;

namespace Teleport.Host.Commands;

/// <summary><c>teleport dev</c>: a cluster to try things out.</summary>
internal static class DevCommand
{
    public static Command Create()
    {
        var debug = new Option<bool>("--debug", "-d") { Description = "Logs debug messages to stderr." };
        var command = new Command("dev", "Runs an all-in-one cluster on this host until Ctrl-C, and leaves nothing behind.") { debug };
        command.SetAction((parsed, cancellationToken) => DevRunner.RunAsync(
            parsed.GetValue(TeleportCommand.PluginsFolder)!, parsed.GetValue(debug), parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }
}
