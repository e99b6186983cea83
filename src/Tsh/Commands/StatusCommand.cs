using System.CommandLine;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Errors;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh status</c>.</summary>
internal sealed class StatusCommand : Command
{
    private readonly Option<string?> _format = new("--format", "-f") { Description = "text, json or yaml." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show traits too." };

    public StatusCommand(GlobalOptions globals)
        : base("status", "Show who is logged in where, and until when.")
    {
        _ = globals;
        Add(_format);
        Add(_verbose);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        OutputFormat format = Documents.ParseFormat(parsed.GetValue(_format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
        var store = ProfileStore.Default();
        JsonObject status = StatusText.ToJson(store) ?? throw TeleportException.Unauthenticated("Not logged in. Log in with: tsh login --proxy=HOST:PORT");
        await Console.Out.WriteAsync(format == OutputFormat.Text ? StatusText.Format(store, parsed.GetValue(_verbose)) : Documents.FormatOne(status, format));
        Profile? active = store.Find();
        return active is not null && store.FindIdentity(active)?.IsExpired(TimeProvider.System) == false ? 0 : 1;
    }
}
