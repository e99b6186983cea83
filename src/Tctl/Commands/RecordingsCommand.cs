using System.CommandLine;
using Teleport.Api;
using Teleport.Api.Recordings.V1;
using Teleport.Client.Output;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl recordings ls</c>.</summary>
internal sealed class RecordingsCommand : Command
{
    public RecordingsCommand(GlobalOptions globals)
        : base("recordings", "List recordings of sessions.")
    {
        var limit = new Option<int>("--limit") { DefaultValueFactory = static _ => 50, Description = "At most so many." };
        var last = new Option<string>("--last") { DefaultValueFactory = static _ => "30d", Description = "Only of this time." };
        var format = new Option<string>("--format") { DefaultValueFactory = static _ => "text", Description = "text, json or yaml." };
        var list = new Command("ls", "List recordings, newest first.") { limit, last, format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            ListRecordingsResponse found = await auth.Recordings.ListAsync(
                new ListRecordingsRequest
                {
                    FromUnixMilliseconds = (now - Formats.Duration(parsed.GetValue(last)!, "--last")).ToUnixTimeMilliseconds(),
                    ToUnixMilliseconds = now.AddMinutes(1).ToUnixTimeMilliseconds(),
                    Limit = parsed.GetValue(limit),
                },
                cancellationToken: cancellationToken);
            ReadOnlyMemory<byte>[] events = [.. found.SessionEndEvents.Select(static e => e.Memory)];
            await Console.Out.WriteAsync(output == OutputFormat.Text ? RecordingTable.Format(events) : Documents.Format(events, output));
            return 0;
        });
        Add(list);
    }
}
