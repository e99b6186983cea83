using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Teleport.Client.Output;

namespace Teleport.Client.Commands;

/// <summary><c>version</c>.</summary>
public static class VersionCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var format = new Option<string?>("--format", "-f") { Description = "text, json or yaml." };
        var client = new Option<bool>("--client") { Description = "Of this program only, which is what is shown anyway." };
        var command = new Command("version", "Show the version of this program.") { format, client };
        command.SetAction(async (parsed, _) =>
        {
            OutputFormat output = Documents.ParseFormat(parsed.GetValue(format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
            string runtime = RuntimeInformation.FrameworkDescription;
            await parsed.InvocationConfiguration.Output.WriteAsync(output == OutputFormat.Text
                ? $"Teleport v{ProgramVersion.Number} git:{ProgramVersion.Revision} {runtime}\n"
                : Documents.FormatOne(new JsonObject { ["version"] = ProgramVersion.Number, ["gitref"] = ProgramVersion.Revision, ["runtime"] = runtime }, output));
            return 0;
        });
        return command;
    }
}
