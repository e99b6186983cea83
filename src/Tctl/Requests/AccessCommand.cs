using System.CommandLine;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tctl.Requests;

/// <summary><c>tctl access explain</c>: why a request may be made or reviewed, or why not.</summary>
internal sealed class AccessCommand : Command
{
    public AccessCommand(GlobalOptions globals)
        : base("access", "Explain decisions about access.")
    {
        var request = new Option<string?>("--request") { Description = "An access request." };
        var user = new Option<string?>("--user") { Description = "In place of a request: who would ask." };
        var roles = new Option<string?>("--roles") { Description = "In place of a request: for which roles, a,b." };
        var reviewer = new Option<string?>("--reviewer") { Description = "Whether this user may review it." };
        Option<string?> format = Formats.Option();
        var explain = new Command("explain", "Say why an access request is possible or not, what it needs, and who may review it.") { request, user, roles, reviewer, format };
        explain.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            if (parsed.GetValue(request) is null == (parsed.GetValue(user) is null))
            {
                throw TeleportException.Invalid("Name a request by --request=ID, or a request that might be made by --user=NAME --roles=a,b.");
            }

            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            ExplainResponse answer = await auth.AccessRequests.ExplainAsync(
                new ExplainRequest
                {
                    Id = parsed.GetValue(request) ?? "",
                    User = parsed.GetValue(user) ?? "",
                    Roles = { Formats.List(parsed.GetValue(roles)) },
                    Reviewer = parsed.GetValue(reviewer) ?? "",
                },
                cancellationToken: cancellationToken);
            await Console.Out.WriteAsync(output == OutputFormat.Text
                ? string.Concat(answer.Lines.Select(static line => Names.Printable(line) + "\n"))
                : Documents.FormatOne(new JsonObject { ["lines"] = new JsonArray([.. answer.Lines.Select(static l => (JsonNode)l)]) }, output));
            return 0;
        });
        Add(explain);
    }
}
