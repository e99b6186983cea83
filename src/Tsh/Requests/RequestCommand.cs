using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Client.Output;
using Teleport.Client.Profiles;
using Teleport.Client.Requests;

namespace Teleport.Tsh.Requests;

/// <summary><c>tsh request</c>.</summary>
internal sealed class RequestCommand : Command
{
    private readonly LoginFinder _logins;
    private readonly RequestFlow _flow;

    public RequestCommand(GlobalOptions globals, LoginFinder logins, ProfileStore store)
        : base("request", "Ask for access, and review what others ask for.")
    {
        _logins = logins;
        _flow = new RequestFlow(globals, store, Console.Error);
        Aliases.Add("requests");
        Add(List());
        Add(Show());
        Add(Create());
        Add(Review());
        Add(new RequestSearchCommand(logins));
        Add(Drop());
    }

    private Command List()
    {
        var reviewable = new Option<bool>("--reviewable") { Description = "Only those that you may review." };
        var suggested = new Option<bool>("--suggested") { Description = "Only those for which you are a suggested reviewer." };
        var mine = new Option<bool>("--my-requests") { Description = "Only your own." };
        Option<string?> format = FormatOption();
        var list = new Command("ls", "List access requests.") { reviewable, suggested, mine, format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Format(parsed.GetValue(format));
            ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
            await using AuthClient auth = login.OpenAuth();
            IReadOnlyList<ResourceDocument> found = await RequestCalls.ListAsync(
                auth,
                new ListAccessRequestsRequest { Reviewable = parsed.GetValue(reviewable), Suggested = parsed.GetValue(suggested), Mine = parsed.GetValue(mine) },
                cancellationToken);
            await Console.Out.WriteAsync(output == OutputFormat.Text
                ? RequestText.FormatForUser([.. found.Select(RequestCalls.Read)], TimeProvider.System.GetUtcNow())
                : RequestCalls.Format(found, output));
            return 0;
        });
        return list;
    }

    private Command Show()
    {
        var id = new Argument<string>("id") { Description = "The request." };
        Option<string?> format = FormatOption();
        var show = new Command("show", "Show everything about an access request.") { id, format };
        show.Aliases.Add("details");
        show.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Format(parsed.GetValue(format));
            ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
            await using AuthClient auth = login.OpenAuth();
            ResourceDocument found = await auth.AccessRequests.GetAsync(new GetAccessRequestRequest { Id = parsed.GetValue(id)! }, cancellationToken: cancellationToken);
            AccessRequest request = RequestCalls.Read(found);
            IReadOnlyDictionary<string, string>? names = output == OutputFormat.Text && request.Spec.RequestedResourceIds.Count > 0
                ? (await auth.AccessRequests.PreviewResourcesAsync(new PreviewResourcesRequest { Id = request.Metadata.Name }, cancellationToken: cancellationToken))
                    .Resources.DistinctBy(static r => r.Id).ToDictionary(static r => r.Id, static r => r.DisplayName)
                : null;
            await Console.Out.WriteAsync(output == OutputFormat.Text ? RequestText.Details(request, names) : RequestCalls.Format([found], output));
            return 0;
        });
        return show;
    }

    private Command Create()
    {
        var options = new RequestOptions("--");
        var create = new Command("create", "Ask for roles or resources, wait for the decision, and take up what was granted.");
        create.Aliases.Add("new");
        options.AddTo(create);
        create.SetAction(async (parsed, cancellationToken) =>
        {
            CreateAccessRequestRequest wish = options.Read(parsed);
            if (wish.Roles.Count == 0 && wish.ResourceIds.Count == 0)
            {
                throw TeleportException.Invalid("Name what to ask for: --roles=a,b or --resource=/CLUSTER/KIND/NAME. See what there is: tsh request search");
            }

            ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
            AccessRequest request;
            await using (AuthClient auth = login.OpenAuth())
            {
                request = await RequestFlow.CreateAsync(auth, wish, cancellationToken);
            }

            if (parsed.GetValue(options.NoWait))
            {
                await Console.Out.WriteAsync(RequestText.Details(request) + $"\nTake it up when it is approved: tsh login --request-id={request.Metadata.Name}\n");
                return 0;
            }

            return await _flow.PickUpAsync(parsed, login, request, cancellationToken) ? await StatusAsync(parsed, cancellationToken) : 0;
        });
        return create;
    }

    private Command Review()
    {
        var id = new Argument<string>("id") { Description = "The request." };
        var approve = new Option<bool>("--approve") { Description = "Approve it." };
        var deny = new Option<bool>("--deny") { Description = "Deny it." };
        var reason = new Option<string?>("--reason") { Description = "Why." };
        var roles = new Option<string?>("--roles") { Description = "Approve only these of the requested roles." };
        var start = new Option<string?>("--assume-start-time") { Description = "When the access shall begin, as 2026-01-31T12:00:00Z." };
        var intent = new Option<string?>("--intent") { Description = "Confirms a click in chat: the id that the chat showed." };
        var review = new Command("review", "Approve or deny an access request.") { id, approve, deny, reason, roles, start, intent };
        review.SetAction(async (parsed, cancellationToken) =>
        {
            AccessRequestState state = RequestCalls.Decision(parsed.GetValue(approve), parsed.GetValue(deny));
            ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
            await using AuthClient auth = login.OpenAuth();
            AccessRequest after = RequestCalls.Read(await auth.AccessRequests.SubmitReviewAsync(
                new SubmitReviewRequest
                {
                    Id = parsed.GetValue(id)!,
                    ProposedState = (int)state,
                    Reason = parsed.GetValue(reason) ?? "",
                    Roles = { (parsed.GetValue(roles) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                    AssumeStartUnixSeconds = RequestCalls.StartTime(parsed.GetValue(start)),
                    IntentId = parsed.GetValue(intent) ?? "",
                    Via = "tsh",
                },
                cancellationToken: cancellationToken));
            await Console.Out.WriteLineAsync(after.Spec.State == AccessRequestState.Pending
                ? "Successfully submitted review.  Request is still PENDING: more reviews are needed"
                : $"Successfully submitted review.  Request state: {RequestText.State(after.Spec.State)}");
            return 0;
        });
        return review;
    }

    private Command Drop()
    {
        var ids = new Argument<string[]>("ids") { Arity = ArgumentArity.ZeroOrMore, Description = "Requests to leave out; else all." };
        var drop = new Command("drop", "Get certificates without the access that requests gave.") { ids };
        drop.SetAction(async (parsed, cancellationToken) =>
        {
            string[] chosen = parsed.GetValue(ids) is { Length: > 0 } some ? some : ["*"];
            ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
            await using AuthClient auth = login.OpenAuth();
            await _flow.ReissueAsync(parsed, auth, login, [], chosen, cancellationToken);
            return await StatusAsync(parsed, cancellationToken);
        });
        return drop;
    }

    private async Task<int> StatusAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ActiveLogin login = await _logins.FindAsync(parsed, cancellationToken);
        await Console.Out.WriteAsync(StatusText.Format([new StoredLogin(login.Profile, login.Identity, IsCurrent: true)], verbose: false));
        return 0;
    }

    internal static Option<string?> FormatOption() => new("--format", "-f") { Description = "text, json or yaml." };

    internal static OutputFormat Format(string? text) => Documents.ParseFormat(text, OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
}
