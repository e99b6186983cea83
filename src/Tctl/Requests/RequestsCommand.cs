using System.CommandLine;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Client.Output;
using Teleport.Client.Requests;

namespace Teleport.Tctl.Requests;

/// <summary><c>tctl requests</c>: what looks, makes and removes. What decides is in <see cref="DecisionCommands"/>.</summary>
internal sealed class RequestsCommand : Command
{
    private readonly GlobalOptions _globals;

    public RequestsCommand(GlobalOptions globals)
        : base("requests", "Manage access requests.")
    {
        _globals = globals;
        Aliases.Add("request");
        Add(List());
        Add(Show());
        Add(Create());
        Add(DecisionCommands.SetState(globals, "approve", AccessRequestState.Approved));
        Add(DecisionCommands.SetState(globals, "deny", AccessRequestState.Denied));
        Add(DecisionCommands.Review(globals));
        Add(Remove());
        Add(Capabilities());
    }

    private Command List()
    {
        var index = new Option<string>("--sort-index") { DefaultValueFactory = static _ => "created", Description = "Sort by created or state." };
        var order = new Option<string>("--sort-order") { DefaultValueFactory = static _ => "descending", Description = "ascending or descending." };
        Option<string?> format = Formats.Option();
        var list = new Command("ls", "List access requests.") { index, order, format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            bool descending = Chosen(parsed.GetValue(order)!, "--sort-order", "descending", "ascending") == "descending";
            bool byState = Chosen(parsed.GetValue(index)!, "--sort-index", "created", "state") == "state";
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            IReadOnlyList<ResourceDocument> found = await RequestCalls.ListAsync(auth, new ListAccessRequestsRequest(), cancellationToken);
            IEnumerable<(ResourceDocument Document, AccessRequest Request)> read = found.Select(static d => (d, RequestCalls.Read(d)));
            read = byState ? read.OrderByDescending(static r => r.Item2.Spec.State) : read;
            (ResourceDocument Document, AccessRequest Request)[] sorted = [.. descending ? read : read.Reverse()];
            await Console.Out.WriteAsync(output == OutputFormat.Text
                ? RequestText.FormatForAdministrator([.. sorted.Select(static r => r.Request)])
                : RequestCalls.Format([.. sorted.Select(static r => r.Document)], output));
            return 0;
        });
        return list;
    }

    private Command Show()
    {
        var ids = new Argument<string>("ids") { Description = "One or more, a,b." };
        Option<string?> format = Formats.Option();
        var get = new Command("get", "Show everything about access requests.") { ids, format };
        get.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            var found = new List<ResourceDocument>();
            foreach (string id in Formats.List(parsed.GetValue(ids)))
            {
                found.Add(await auth.AccessRequests.GetAsync(new GetAccessRequestRequest { Id = id }, cancellationToken: cancellationToken));
            }

            await Console.Out.WriteAsync(output == OutputFormat.Text
                ? string.Join('\n', found.Select(static d => RequestText.Details(RequestCalls.Read(d))))
                : RequestCalls.Format(found, output));
            return 0;
        });
        return get;
    }

    private Command Create()
    {
        var user = new Argument<string>("user") { Description = "For whom." };
        var roles = new Option<string?>("--roles") { Description = "Roles to ask for, a,b; * for all that the user may ask for." };
        var resources = new Option<string[]>("--resource") { Description = "A resource to ask for, /CLUSTER/KIND/NAME; may be repeated." };
        var reason = new Option<string?>("--reason") { Description = "Why." };
        var reviewers = new Option<string?>("--reviewers") { Description = "Whom to tell, a,b." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what would be stored, and store nothing." };
        Option<string?> format = Formats.Option();
        var create = new Command("create", "Ask for access for a user.") { user, roles, resources, reason, reviewers, dryRun, format };
        create.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            ResourceDocument made = await auth.AccessRequests.CreateAsync(
                new CreateAccessRequestRequest
                {
                    User = parsed.GetValue(user)!,
                    Roles = { Formats.List(parsed.GetValue(roles)) },
                    ResourceIds = { (parsed.GetValue(resources) ?? []).SelectMany(Formats.List) },
                    Reason = parsed.GetValue(reason) ?? "",
                    SuggestedReviewers = { Formats.List(parsed.GetValue(reviewers)) },
                    DryRun = parsed.GetValue(dryRun),
                },
                cancellationToken: cancellationToken);
            await Console.Out.WriteAsync(output != OutputFormat.Text || parsed.GetValue(dryRun)
                ? RequestCalls.Format([made], output == OutputFormat.Text ? OutputFormat.Yaml : output)
                : made.Name + "\n");
            return 0;
        });
        return create;
    }

    private Command Remove()
    {
        var ids = new Argument<string>("ids") { Description = "One or more, a,b." };
        var force = new Option<bool>("--force", "-f") { Description = "Approved ones too: sessions under them end." };
        var remove = new Command("rm", "Delete access requests.") { ids, force };
        remove.Aliases.Add("del");
        remove.SetAction(async (parsed, cancellationToken) =>
        {
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            foreach (string id in Formats.List(parsed.GetValue(ids)))
            {
                AccessRequest request = RequestCalls.Read(await auth.AccessRequests.GetAsync(new GetAccessRequestRequest { Id = id }, cancellationToken: cancellationToken));
                if (request.Spec.State == AccessRequestState.Approved && !parsed.GetValue(force))
                {
                    throw TeleportException.Invalid($"access request \"{id}\" is approved: deleting it ends what {request.Spec.User} does by it. Use -f if that is wanted.");
                }

                await auth.AccessRequests.DeleteAsync(new DeleteAccessRequestRequest { Id = id }, cancellationToken: cancellationToken);
            }

            return 0;
        });
        return remove;
    }

    private Command Capabilities()
    {
        var user = new Argument<string>("user") { Description = "Whose." };
        Option<string?> format = Formats.Option();
        var capabilities = new Command("capabilities", "Show what a user may ask for.") { user, format };
        capabilities.Aliases.Add("caps");
        capabilities.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            Capabilities may = await auth.AccessRequests.GetCapabilitiesAsync(new GetCapabilitiesRequest { User = parsed.GetValue(user)! }, cancellationToken: cancellationToken);
            if (output != OutputFormat.Text)
            {
                await Console.Out.WriteAsync(Documents.FormatOne(Json(may), output));
                return 0;
            }

            var table = new Table("Name", "Value");
            table.Add("Requestable Roles", string.Join(',', may.RequestableRoles));
            table.Add("Suggested Reviewers", string.Join(',', may.SuggestedReviewers));
            table.Add("Reason Required", may.ReasonRequired ? "yes" : "no");
            table.Add("Requests Resources", may.CanRequestResources ? "yes" : "no");
            table.Add("Reviews", may.CanReview ? "yes" : "no");
            await Console.Out.WriteAsync(table + "\n");
            return 0;
        });
        return capabilities;
    }

    private static JsonObject Json(Capabilities may) => new()
    {
        ["requestable_roles"] = new JsonArray([.. may.RequestableRoles.Select(static r => (JsonNode)r)]),
        ["suggested_reviewers"] = new JsonArray([.. may.SuggestedReviewers.Select(static r => (JsonNode)r)]),
        ["require_reason"] = may.ReasonRequired,
        ["request_prompt"] = may.ReasonPrompt,
        ["auto_request"] = may.RequestAtLogin,
        ["max_duration_seconds"] = may.MaxDurationSeconds,
        ["can_request_resources"] = may.CanRequestResources,
        ["can_review"] = may.CanReview,
    };

    private static string Chosen(string text, string flag, params string[] known) =>
        known.Contains(text) ? text : throw TeleportException.Invalid($"{flag} is \"{text}\": expected {string.Join(" or ", known)}.");
}
