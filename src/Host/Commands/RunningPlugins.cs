using System.Text.Json;
using Teleport.Abstractions.Configuration;

namespace Teleport.Host.Commands;

/// <summary>Asks a running host how its access plugins fare.</summary>
internal static class RunningPlugins
{
    private const int DefaultPort = 3000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static async Task<int> PrintAsync(string address, TextWriter output, string format, CancellationToken cancellationToken)
    {
        if (!NetworkAddress.TryParse(address, out NetworkAddress? parsed))
        {
            throw new CommandException($"\"{address}\" is no address; write where the host serves its diagnostics, as 127.0.0.1:3000");
        }

        NetworkAddress place = parsed.WithDefaultPort(DefaultPort) with { Host = parsed.Host.Length == 0 ? "127.0.0.1" : parsed.Host, Scheme = null };
        PluginRow[] rows = await ReadAsync(place, cancellationToken);
        OutputFormat.Print(output, format, rows, writer => PrintRows(writer, rows));
        return rows.All(static row => row.State == "healthy") ? 0 : 1;
    }

    private static async Task<PluginRow[]> ReadAsync(NetworkAddress place, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Limit, MaxResponseContentBufferSize = 1024 * 1024 };
        try
        {
            // A host that is not ready answers 503, and the same report.
            using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://{place.ToHostPort()}/readyz"), cancellationToken);
            using JsonDocument report = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return report.RootElement.TryGetProperty("access_plugins", out JsonElement plugins) ? [.. plugins.EnumerateArray().Select(RowOf)] : [];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CommandException($"No host serves diagnostics at {place.ToHostPort()}: {e.Message} Start it with --diag-addr, or name another address.");
        }
    }

    private static PluginRow RowOf(JsonElement plugin)
    {
        string Text(string name) => plugin.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
        return new PluginRow(Text("name"), Text("type"), Text("state"), Text("waiting"), Text("last_success"), Text("detail"));
    }

    private static void PrintRows(TextWriter output, PluginRow[] rows)
    {
        if (rows.Length == 0)
        {
            output.WriteLine("No access plugins run there");
            return;
        }

        OutputFormat.PrintTable(
            output,
            ["Name", "Type", "State", "Waiting", "Last success", "Detail"],
            [.. rows.Select(static r => new[] { r.Name, r.Type, r.State, r.Waiting, r.LastSuccess, r.Detail })]);
    }

    private sealed record PluginRow(string Name, string Type, string State, string Waiting, string LastSuccess, string Detail);
}
