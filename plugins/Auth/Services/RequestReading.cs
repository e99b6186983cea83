using System.Globalization;
using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Requests;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Services;

/// <summary>Calls about requests that change nothing.</summary>
internal sealed class RequestReading(AccessRequestStore requests, RequestViews views, OwnRoles own, ResourceStore resources, Guard guard, TimeProvider time)
{
    private const int DefaultPage = 100;
    private const int LongestPage = 500;

    public async Task<ResourceDocument> GetAsync(string id, ServerCallContext context)
    {
        RequestView view = await views.OfAsync(context.GetCaller(), context.CancellationToken);
        return await requests.FindAsync(id, context.CancellationToken) is { } request && view.See(request) is { } seen
            ? ResourceService.Document(seen)
            : throw AccessRequestStore.NotFound(id);
    }

    public async Task<ListAccessRequestsResponse> ListAsync(ListAccessRequestsRequest request, ServerCallContext context)
    {
        RequestView view = await views.OfAsync(context.GetCaller(), context.CancellationToken);
        int size = request.PageSize is > 0 and <= LongestPage ? request.PageSize : request.PageSize == 0 ? DefaultPage : LongestPage;
        var after = PageToken.Parse(request.PageToken);
        AccessRequest[] found =
        [
            .. (await requests.ListAsync(context.CancellationToken))
                .Where(r => after is null || after.IsBefore(r))
                .Where(r => Matches(request, r, view))
                .Select(view.See).OfType<AccessRequest>()
                .Take(size + 1),
        ];
        var response = new ListAccessRequestsResponse { Requests = { found.Take(size).Select(ResourceService.Document) } };
        if (found.Length > size)
        {
            response.NextPageToken = PageToken.Of(found[size - 1]).ToString();
        }

        return response;
    }

    public async Task<Capabilities> CapabilitiesAsync(string userName, ServerCallContext context)
    {
        RoleSet roles = await RolesOfAsync(userName, context);
        RequestDirectory directory = await own.DirectoryAsync([], context.CancellationToken);
        (bool required, string? prompt) = RequestCapabilities.Reason(roles);
        return new Capabilities
        {
            RequestableRoles = { RequestCapabilities.Requestable(roles, directory) },
            SuggestedReviewers = { RequestCapabilities.SuggestedReviewers(roles) },
            ReasonRequired = required,
            ReasonPrompt = prompt ?? "",
            RequestAtLogin = RequestCapabilities.AtLogin(roles),
            MaxDurationSeconds = (long)(RequestCapabilities.LongestAccess(roles)?.TotalSeconds ?? 0),
            CanRequestResources = RequestCapabilities.CanSearch(roles),
            CanReview = RequestCapabilities.CanReview(roles),
        };
    }

    public async Task SearchAsync(string kind, IServerStreamWriter<ResourceDocument> stream, ServerCallContext context)
    {
        if (kind != ResourceKinds.Node)
        {
            throw TeleportException.Invalid("Only resources of kind node can be searched for.");
        }

        RoleSet roles = await RolesOfAsync("", context);
        RequestDirectory directory = await own.DirectoryAsync([], context.CancellationToken);
        await foreach (Resource resource in resources.ListAsync(kind, context.CancellationToken))
        {
            if (RequestCapabilities.CanRequest(roles, directory, (Server)resource))
            {
                await stream.WriteAsync(ResourceService.Document(resource), context.CancellationToken);
            }
        }
    }

    public async Task<PreviewResourcesResponse> PreviewAsync(string id, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        RequestView view = await views.OfAsync(caller, context.CancellationToken);
        if (await requests.FindAsync(id, context.CancellationToken) is not { } request || view.See(request) is not { } seen)
        {
            throw AccessRequestStore.NotFound(id);
        }

        RequestDirectory directory = await own.DirectoryAsync(seen.Spec.RequestedResourceIds, context.CancellationToken);
        RoleSet? preview = view.Own is null ? null : RequestCapabilities.PreviewRoles(view.Own, directory);
        // Requesters were shown the names when they searched.
        RoleSet? search = view.IsMine(request) ? await own.RequestedAsync(request, context.CancellationToken) : null;
        bool Shown(Server node) => caller.Host?.Role == SystemRole.Admin
            || (preview is not null && NodeAccess.CanSee(preview, node)) || (search is not null && NodeAccess.CanSee(search, node));
        return new PreviewResourcesResponse
        {
            Resources =
            {
                seen.Spec.RequestedResourceIds.Select(r => new PreviewedResource
                {
                    Id = r.ToString(),
                    DisplayName = r.Kind == ResourceKinds.Node && directory.FindNode(r.Name) is { } node && Shown(node) ? node.Spec.Hostname : "",
                }),
            },
        };
    }

    public async Task<ExplainResponse> ExplainAsync(ExplainRequest request, ServerCallContext context)
    {
        await guard.RequireAsync(context, ResourceKinds.AccessRequest, Verbs.Read);
        await guard.RequireAsync(context, ResourceKinds.Role, Verbs.Read);
        return new ExplainResponse { Lines = { await new RequestExplanation(own, requests, time).ExplainAsync(context.GetCaller(), request, context.CancellationToken) } };
    }

    private async ValueTask<RoleSet> RolesOfAsync(string userName, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        if (userName.Length > 0 && userName != caller.User?.UserName)
        {
            await guard.RequireAsync(context, ResourceKinds.User, Verbs.Read, userName);
        }

        string name = userName.Length > 0 ? userName : caller.User?.UserName ?? throw TeleportException.Invalid("user is missing.");
        return await own.FindAsync(name, context.CancellationToken) ?? throw ResourceStore.NotFound(ResourceKinds.User, name);
    }

    private static bool Matches(ListAccessRequestsRequest filter, AccessRequest request, RequestView view) =>
        (filter.States.Count == 0 || filter.States.Contains((int)request.Spec.State))
        && (filter.User.Length == 0 || filter.User == request.Spec.User)
        && (!filter.Mine || view.IsMine(request))
        && (!filter.Reviewable || view.CanReview(request))
        && (!filter.Suggested || request.Spec.SuggestedReviewers.Contains(view.Caller.Name, StringComparer.Ordinal));

    /// <summary>Where a page ended: lists are newest first.</summary>
    private sealed record PageToken(long CreatedTicks, string Name)
    {
        public static PageToken Of(AccessRequest request) => new(request.Spec.Created.UtcTicks, request.Metadata.Name);

        public static PageToken? Parse(string text) => text.Length == 0 ? null
            : text.Split(':', 2) is [var ticks, var name] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out long created)
                ? new PageToken(created, name)
                : throw TeleportException.Invalid("page_token is not one of this service.");

        public bool IsBefore(AccessRequest request) =>
            request.Spec.Created.UtcTicks < CreatedTicks
            || (request.Spec.Created.UtcTicks == CreatedTicks && string.CompareOrdinal(request.Metadata.Name, Name) > 0);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CreatedTicks}:{Name}");
    }
}
