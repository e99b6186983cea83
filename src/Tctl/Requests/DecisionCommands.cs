using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Client.Requests;

namespace Teleport.Tctl.Requests;

/// <summary>Commands that decide access requests.</summary>
internal static class DecisionCommands
{
    /// <summary><c>approve</c> and <c>deny</c>: by an administrator, whatever the thresholds.</summary>
    public static Command SetState(GlobalOptions globals, string name, AccessRequestState state)
    {
        var ids = new Argument<string>("ids") { Description = "One or more, a,b." };
        var delegator = new Option<string?>("--delegator") { Description = "On whose behalf; for the audit log, no proof." };
        var reason = new Option<string?>("--reason") { Description = "Why." };
        var annotations = new Option<string?>("--annotations") { Description = "Put on the request: key=value,..." };
        var roles = new Option<string?>("--roles") { Description = "Approve only these of the requested roles, a,b." };
        var start = new Option<string?>("--assume-start-time") { Description = "When the access shall begin, as 2026-01-31T12:00:00Z." };
        var command = new Command(name, $"{char.ToUpperInvariant(name[0])}{name[1..]} access requests.") { ids, delegator, reason, annotations };
        if (state == AccessRequestState.Approved)
        {
            command.Add(roles);
            command.Add(start);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            foreach (string id in Formats.List(parsed.GetValue(ids)))
            {
                var request = new SetStateRequest
                {
                    Id = id,
                    State = (int)state,
                    Reason = parsed.GetValue(reason) ?? "",
                    Delegator = parsed.GetValue(delegator) ?? "",
                    Annotations = { RequestCalls.Annotations(parsed.GetValue(annotations)) },
                };
                if (state == AccessRequestState.Approved)
                {
                    request.Roles.Add(Formats.List(parsed.GetValue(roles)));
                    request.AssumeStartUnixSeconds = RequestCalls.StartTime(parsed.GetValue(start));
                }

                await SetAsync(auth, request, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    /// <summary><c>review</c>: on behalf of a reviewer, whose rights count.</summary>
    public static Command Review(GlobalOptions globals)
    {
        var id = new Argument<string>("id") { Description = "The request." };
        var author = new Option<string>("--author") { Required = true, Description = "Whose review it is." };
        var approve = new Option<bool>("--approve") { Description = "Approve it." };
        var deny = new Option<bool>("--deny") { Description = "Deny it." };
        var reason = new Option<string?>("--reason") { Description = "Why." };
        var start = new Option<string?>("--assume-start-time") { Description = "When the access shall begin, as 2026-01-31T12:00:00Z." };
        var review = new Command("review", "Submit a review on behalf of a reviewer.") { id, author, approve, deny, reason, start };
        review.SetAction(async (parsed, cancellationToken) =>
        {
            AccessRequestState state = RequestCalls.Decision(parsed.GetValue(approve), parsed.GetValue(deny));
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            AccessRequest after = RequestCalls.Read(await auth.AccessRequests.SubmitReviewAsync(
                new SubmitReviewRequest
                {
                    Id = parsed.GetValue(id)!,
                    Author = parsed.GetValue(author)!,
                    ProposedState = (int)state,
                    Reason = parsed.GetValue(reason) ?? "",
                    AssumeStartUnixSeconds = RequestCalls.StartTime(parsed.GetValue(start)),
                    Via = "tctl",
                },
                cancellationToken: cancellationToken));
            await Console.Out.WriteLineAsync(after.Spec.State == AccessRequestState.Pending
                ? "Successfully submitted review."
                : $"Successfully submitted review.  Request state: {RequestText.State(after.Spec.State)}");
            return 0;
        });
        return review;
    }

    private static async Task SetAsync(AuthClient auth, SetStateRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await auth.AccessRequests.SetStateAsync(request, cancellationToken: cancellationToken);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.NotFound)
        {
            throw TeleportException.NotFound($"cannot set state of access request \"{request.Id}\" (not found)");
        }
    }
}
