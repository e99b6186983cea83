using System.CommandLine;
using System.Runtime.InteropServices;
using Teleport.Hosting;

namespace Teleport.Host.Commands;

/// <summary><c>teleport version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        Option<string> format = OutputFormat.CreateOption();
        var command = new Command("version", "Prints the version.") { format };
        command.SetAction(parsed => OutputFormat.Print(
            parsed.InvocationConfiguration.Output,
            parsed.GetValue(format)!,
            new { version = HostVersion.Text, gitref = HostVersion.Revision, runtime = RuntimeInformation.FrameworkDescription },
            static output => output.WriteLine($"Teleport v{HostVersion.Text} git:{HostVersion.Revision} {RuntimeInformation.FrameworkDescription}")));
        return command;
    }
}
