using System.CommandLine;
using System.Text.Json;
using Teleport.Yaml;

namespace Teleport.Host.Commands;

/// <summary>How commands that list or show print.</summary>
internal static class OutputFormat
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The option <c>--format</c>.</summary>
    public static Option<string> CreateOption()
    {
        var option = new Option<string>("--format", "-f") { Description = "text, json or yaml.", DefaultValueFactory = static _ => "text" };
        option.AcceptOnlyFromAmong("text", "json", "yaml");
        return option;
    }

    /// <summary>Prints a value: by a function for people, else as it is.</summary>
    public static void Print<T>(TextWriter output, string format, T value, Action<TextWriter> printText)
    {
        switch (format)
        {
            case "json":
                output.WriteLine(JsonSerializer.Serialize(value, Json));
                break;
            case "yaml":
                output.Write(YamlWriter.FromJson(JsonSerializer.SerializeToUtf8Bytes(value, Json)));
                break;
            default:
                printText(output);
                break;
        }
    }

    /// <summary>Prints rows below their headings.</summary>
    public static void PrintTable(TextWriter output, string[] headings, IReadOnlyCollection<string[]> rows)
    {
        int[] widths = [.. headings.Select((heading, column) => rows.Select(row => row[column].Length).Append(heading.Length).Max())];
        foreach (string[] row in rows.Prepend([.. widths.Select(static width => new string('-', width))]).Prepend(headings))
        {
            output.WriteLine(string.Join(' ', row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
