using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Requests;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Services;

/// <summary>Calls of access plugins. Which plugin calls is what its certificate says, never what a message says.</summary>
internal sealed class PluginCalls(
    Guard guard, PluginCertificates certificates, PluginReviewFlow clicks, ReviewFlow reviews, PluginStores stores, PluginSettings settings)
{
    public async Task<IssuePluginCertificateResponse> IssueAsync(IssuePluginCertificateRequest request, ServerCallContext context) =>
        await certificates.IssueAsync(context.GetCaller(), request, context.CancellationToken);

    /// <summary>A review by the plugin as itself, for people on call: what its own role's review_requests say, and nothing more.</summary>
    public async Task<ResourceDocument> ReviewAsync(SubmitReviewRequest request, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        string plugin = PluginIdentity.NameOf(caller);
        await settings.RequireNotDisabledAsync(plugin, context.CancellationToken);
        if (request.Author.Length > 0 && request.Author != caller.User!.UserName)
        {
            await guard.DenyAsync(caller, ResourceKinds.AccessRequest, "review");
            throw TeleportException.AccessDenied("A plugin reviews as itself, or through SubmitReviewFor on behalf of a person who clicked.");
        }

        var review = new AccessReview
        {
            ProposedState = (AccessRequestState)request.ProposedState,
            Reason = request.Reason.Length > 0 ? request.Reason : null,
            Annotations = RequestMessages.Annotations(request.Annotations),
            Means = new ReviewMeans { Via = "on_call", Plugin = plugin },
        };
        return ResourceService.Document(await reviews.SubmitAsync(caller, caller.User!.UserName, request.Id, review, context.CancellationToken));
    }

    public async Task<SubmitReviewForResponse> ReviewForAsync(SubmitReviewForRequest request, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        RoleSet roles = (await guard.RolesOfAsync(caller, context.CancellationToken))!;
        ChatReviewOutcome outcome = await clicks.SubmitAsync(caller, roles, request, context.CancellationToken);
        return new SubmitReviewForResponse
        {
            Outcome = outcome.Outcome, User = outcome.User, Request = ResourceService.Document(outcome.Request), IntentId = outcome.IntentId ?? "",
        };
    }

    public async Task<PluginDataResponse> GetDataAsync(GetPluginDataRequest request, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        await guard.RequireAsync(context, ResourceKinds.AccessPluginData, Verbs.Read);
        string plugin = caller.Host?.Role == SystemRole.Admin ? request.Plugin : PluginIdentity.NameOf(caller);
        if (request.Plugin.Length > 0 && request.Plugin != plugin)
        {
            await guard.DenyAsync(caller, ResourceKinds.AccessPluginData, Verbs.Read);
            throw TeleportException.AccessDenied("A plugin reads its own data only.");
        }

        if (!ResourceMetadata.IsValidName(plugin))
        {
            throw TeleportException.Invalid("plugin must be the name of an access plugin.");
        }

        (IReadOnlyDictionary<string, string> data, long revision) = await stores.Data.GetAsync(request.RequestId, plugin, context.CancellationToken);
        return Response(data, revision);
    }

    public async Task<ListPluginDataResponse> ListDataAsync(ListPluginDataRequest request, ServerCallContext context)
    {
        await guard.RequireAsync(context, ResourceKinds.AccessPluginData, Verbs.Read);
        (IReadOnlyList<string> ids, bool more) = await stores.Data.ListAsync(
            PluginIdentity.NameOf(context.GetCaller()), request.PageToken, context.CancellationToken);
        return new ListPluginDataResponse { RequestIds = { ids }, NextPageToken = more ? ids[^1] : "" };
    }

    public async Task<PluginDataResponse> UpdateDataAsync(UpdatePluginDataRequest request, ServerCallContext context)
    {
        await guard.RequireAsync(context, ResourceKinds.AccessPluginData, Verbs.Update);
        string plugin = PluginIdentity.NameOf(context.GetCaller());
        AccessRequest? about = await stores.Requests.FindAsync(request.RequestId, context.CancellationToken);
        long revision = await stores.Data.ReplaceAsync(
            request.RequestId, plugin, new Dictionary<string, string>(request.Data), request.ExpectRevision, about, context.CancellationToken);
        return Response(request.Data, revision);
    }

    public async Task<SeenOnceResponse> SeenOnceAsync(SeenOnceRequest request, ServerCallContext context)
    {
        string plugin = PluginIdentity.NameOf(context.GetCaller());
        return request.Id.Length is > 0 and <= 512
            ? new SeenOnceResponse
            {
                First = await stores.Callbacks.SeenOnceAsync(
                    plugin, "own:" + request.Id, TimeSpan.FromSeconds(Math.Clamp(request.TtlSeconds, 1, 86400)), context.CancellationToken),
            }
            : throw TeleportException.Invalid("id must have 1 to 512 characters.");
    }

    private static PluginDataResponse Response(IEnumerable<KeyValuePair<string, string>> data, long revision)
    {
        var response = new PluginDataResponse { Revision = revision };
        foreach ((string key, string value) in data)
        {
            response.Data[key] = value;
        }

        return response;
    }
}

/// <summary>What plugins keep.</summary>
internal sealed record PluginStores(PluginDataStore Data, CallbackStore Callbacks, AccessRequestStore Requests);
