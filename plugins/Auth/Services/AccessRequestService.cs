using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Requests;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Requests;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Services;

/// <summary>Access requests. What plugins do is passed on to <see cref="PluginCalls"/>, what only looks to <see cref="RequestReading"/>.</summary>
internal sealed class AccessRequestService(RequestCalls calls, RequestReading reading, PluginCalls plugins) : Api.Requests.V1.AccessRequestService.AccessRequestServiceBase
{
    public override Task<ResourceDocument> Create(CreateAccessRequestRequest request, ServerCallContext context) => calls.CreateAsync(request, context);

    public override Task<ResourceDocument> Get(GetAccessRequestRequest request, ServerCallContext context) => reading.GetAsync(request.Id, context);

    public override Task<ListAccessRequestsResponse> List(ListAccessRequestsRequest request, ServerCallContext context) => reading.ListAsync(request, context);

    public override Task<ResourceDocument> SubmitReview(SubmitReviewRequest request, ServerCallContext context) =>
        PluginIdentity.IsPlugin(context.GetCaller()) ? plugins.ReviewAsync(request, context) : calls.ReviewAsync(request, context);

    public override Task<ResourceDocument> SetState(SetStateRequest request, ServerCallContext context) => calls.SetStateAsync(request, context);

    public override Task<DeleteAccessRequestResponse> Delete(DeleteAccessRequestRequest request, ServerCallContext context) => calls.DeleteAsync(request.Id, context);

    public override Task<Capabilities> GetCapabilities(GetCapabilitiesRequest request, ServerCallContext context) => reading.CapabilitiesAsync(request.User, context);

    public override Task SearchResources(SearchResourcesRequest request, IServerStreamWriter<ResourceDocument> responseStream, ServerCallContext context) =>
        reading.SearchAsync(request.Kind, responseStream, context);

    public override Task<PreviewResourcesResponse> PreviewResources(PreviewResourcesRequest request, ServerCallContext context) => reading.PreviewAsync(request.Id, context);

    public override Task<ExplainResponse> Explain(ExplainRequest request, ServerCallContext context) => reading.ExplainAsync(request, context);

    public override Task<IssuePluginCertificateResponse> IssuePluginCertificate(IssuePluginCertificateRequest request, ServerCallContext context) =>
        plugins.IssueAsync(request, context);

    public override Task<PluginDataResponse> GetPluginData(GetPluginDataRequest request, ServerCallContext context) => plugins.GetDataAsync(request, context);

    public override Task<PluginDataResponse> UpdatePluginData(UpdatePluginDataRequest request, ServerCallContext context) => plugins.UpdateDataAsync(request, context);

    public override Task<ListPluginDataResponse> ListPluginData(ListPluginDataRequest request, ServerCallContext context) => plugins.ListDataAsync(request, context);

    public override Task<SubmitReviewForResponse> SubmitReviewFor(SubmitReviewForRequest request, ServerCallContext context) => plugins.ReviewForAsync(request, context);

    public override Task<SeenOnceResponse> SeenOnce(SeenOnceRequest request, ServerCallContext context) => plugins.SeenOnceAsync(request, context);
}

/// <summary>Calls of people that change requests.</summary>
internal sealed class RequestCalls(RequestFlow flow, ReviewFlow reviews, AccessRequestStore requests, CallbackStore callbacks, ClusterSettings settings, Guard guard)
{
    public async Task<ResourceDocument> CreateAsync(CreateAccessRequestRequest request, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        string user = request.User.Length > 0 ? request.User : caller.User?.UserName ?? throw TeleportException.Invalid("user is missing: name the user to ask for.");
        if (user != caller.User?.UserName)
        {
            await guard.RequireAsync(context, ResourceKinds.AccessRequest, Verbs.Create);
        }

        var wish = new RequestWish
        {
            Roles = [.. request.Roles.Take(RequestWish.MaxRoles + 1)],
            Resources = [.. request.ResourceIds.Take(RequestWish.MaxResources + 1).Select(RequestedResource.Parse)],
            Reason = request.Reason,
            SuggestedReviewers = [.. request.SuggestedReviewers.Take(RequestWish.MaxReviewers + 1)],
            MaxDuration = RequestMessages.Span(request.MaxDurationSeconds),
            RequestTtl = RequestMessages.Span(request.RequestTtlSeconds),
            SessionTtl = RequestMessages.Span(request.SessionTtlSeconds),
            AssumeStart = RequestMessages.Time(request.AssumeStartUnixSeconds),
        };
        return ResourceService.Document(await flow.CreateAsync(caller, user, wish, request.DryRun, context.CancellationToken));
    }

    public async Task<ResourceDocument> ReviewAsync(SubmitReviewRequest request, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        string author = await AuthorAsync(request, caller);
        var review = new AccessReview
        {
            ProposedState = (AccessRequestState)request.ProposedState,
            Reason = request.Reason.Length > 0 ? request.Reason : null,
            Annotations = RequestMessages.Annotations(request.Annotations),
            Roles = [.. request.Roles.Take(RequestWish.MaxRoles)],
            AssumeStartTime = RequestMessages.Time(request.AssumeStartUnixSeconds),
            SubmittedBy = author == caller.User?.UserName ? null : caller.Name,
            Means = new ReviewMeans
            {
                // What a program says of itself; the author is what counts.
                Via = request.Via is "tsh" or "tctl" or "web" ? request.Via : caller.Host is null ? "tsh" : "tctl",
                MfaVerified = caller.User?.MfaVerified is not null,
            },
        };
        if (request.IntentId.Length > 0)
        {
            review = review with { Means = await ConfirmAsync(request, author, review, context.CancellationToken) };
        }

        return ResourceService.Document(await reviews.SubmitAsync(caller, author, request.Id, review, context.CancellationToken));
    }

    public async Task<ResourceDocument> SetStateAsync(SetStateRequest request, ServerCallContext context)
    {
        ResourceGrant grant = await guard.RequireAsync(context, ResourceKinds.AccessRequest, Verbs.Update, request.Id);
        if (request.Delegator.Length > ResourceMetadata.MaxNameLength)
        {
            throw TeleportException.Limit($"delegator has at most {ResourceMetadata.MaxNameLength} characters.");
        }

        var decision = new Decision(
            (AccessRequestState)request.State,
            grant.Caller.Name,
            request.Reason.Length > 0 ? request.Reason : null,
            RequestMessages.Annotations(request.Annotations),
            [.. request.Roles.Take(RequestWish.MaxRoles)],
            RequestMessages.Time(request.AssumeStartUnixSeconds));
        return ResourceService.Document(
            await flow.SetStateAsync(grant, request.Id, decision, request.Delegator.Length > 0 ? request.Delegator : null, context.CancellationToken));
    }

    public async Task<DeleteAccessRequestResponse> DeleteAsync(string id, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        AccessRequest? request = await requests.FindAsync(id, context.CancellationToken);
        bool own = request is { Spec.State: AccessRequestState.Pending } && request.Spec.User == caller.User?.UserName;
        if (!own)
        {
            await guard.RequireAsync(context, ResourceKinds.AccessRequest, Verbs.Delete, id);
        }

        await flow.DeleteAsync(caller, id, context.CancellationToken);
        return new DeleteAccessRequestResponse();
    }

    private async Task<string> AuthorAsync(SubmitReviewRequest request, Caller caller)
    {
        if (caller.User is { } user)
        {
            if (request.Author.Length > 0 && request.Author != user.UserName)
            {
                await guard.DenyAsync(caller, ResourceKinds.AccessRequest, "review");
                throw TeleportException.AccessDenied("You review as yourself. Only the administrator on the auth server's own host submits reviews of others.");
            }

            return user.UserName;
        }

        return request.Author.Length > 0 ? request.Author : throw TeleportException.Invalid("author is missing: say whose review it is by --author.");
    }

    private async Task<ReviewMeans> ConfirmAsync(SubmitReviewRequest request, string author, AccessReview review, CancellationToken cancellationToken)
    {
        AuthPreferenceSpec preference = await settings.AuthPreferenceAsync(cancellationToken);
        bool shown = review.Means!.MfaVerified || preference.SecondFactor != "off";
        if (review.SubmittedBy is not null || !shown)
        {
            throw TeleportException.AccessDenied("Clicks in chat are confirmed by their person, with a login that a second factor was shown for.");
        }

        StoredReviewIntent intent = await callbacks.TakeIntentAsync(request.IntentId, author, request.Id, review.ProposedState, cancellationToken);
        return review.Means with { Plugin = intent.Plugin, ChatIdentity = intent.ChatIdentity, MappedBy = intent.MappedBy, MfaVerified = true };
    }
}

/// <summary>Fields of messages as the rules know them.</summary>
internal static class RequestMessages
{
    private const long LongestSeconds = 400L * 24 * 3600;

    public static TimeSpan? Span(long seconds) => seconds switch
    {
        0 => null,
        < 0 or > LongestSeconds => throw TeleportException.Invalid("A duration must be a positive number of seconds, at most 400 days."),
        _ => TimeSpan.FromSeconds(seconds),
    };

    public static DateTimeOffset? Time(long unixSeconds) => unixSeconds switch
    {
        0 => null,
        < 0 or > 253402300799 => throw TeleportException.Invalid("A time must be a number of seconds since 1970."),
        _ => DateTimeOffset.FromUnixTimeSeconds(unixSeconds),
    };

    public static IReadOnlyDictionary<string, StringList> Annotations(IEnumerable<Annotation> annotations)
    {
        var map = new Dictionary<string, StringList>(StringComparer.Ordinal);
        foreach (Annotation annotation in annotations.Take(1000))
        {
            map[annotation.Key] = [.. annotation.Values];
        }

        return map;
    }
}
