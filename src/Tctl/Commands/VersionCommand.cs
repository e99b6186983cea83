using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Teleport.Client.Output;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl version</c>.</summary>
internal sealed class VersionCommand : Command
{
    private readonly Option<string?> _format = new("--format", "-f") { Description = "text, json or yaml." };

    public VersionCommand()
        : base("version", "Show the version of this program.")
    {
        Add(_format);
        SetAction(async (parsed, _) =>
        {
            OutputFormat format = Documents.ParseFormat(parsed.GetValue(_format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
            (string version, string revision) = Current();
            await Console.Out.WriteAsync(format == OutputFormat.Text
                ? $"Teleport v{version} git:{revision} {RuntimeInformation.FrameworkDescription}\n"
                : Documents.FormatOne(new JsonObject { ["version"] = version, ["gitref"] = revision, ["runtime"] = RuntimeInformation.FrameworkDescription }, format));
            return 0;
        });
    }

    private static (string Version, string Revision) Current()
    {
        string text = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        return text.Split('+') is [var version, var revision] ? (version, revision[..Math.Min(revision.Length, 12)]) : (text, "");
    }
}
