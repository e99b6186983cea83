using System.CommandLine;
using Teleport.Client.Output;

namespace Teleport.Tctl;

/// <summary>What many commands share: the option of the format, durations, lists.</summary>
internal static class Formats
{
    public static Option<string?> Option() => new("--format", "-f") { Description = "text, json or yaml." };

    public static OutputFormat Of(string? text, OutputFormat fallback = OutputFormat.Text) =>
        Documents.ParseFormat(text, fallback, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);

    public static string[] List(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
