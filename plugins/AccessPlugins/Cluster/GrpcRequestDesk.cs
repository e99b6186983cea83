using System.Runtime.CompilerServices;
using System.Text.Json;
using Grpc.Core;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Delivery;

namespace Teleport.AccessPlugins.Cluster;

/// <summary>The cluster by the auth service's API, in a plugin's name.</summary>
internal sealed class GrpcRequestDesk(PluginIdentity identity) : IRequestDesk
{
    private const string EntryKey = "delivery";

    public async IAsyncEnumerable<FeedChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        bool withRules = await MayWatchRulesAsync(auth, cancellationToken);
        string[] kinds = withRules ? [ResourceKinds.AccessRequest, ResourceKinds.AccessMonitoringRule] : [ResourceKinds.AccessRequest];
        using AsyncServerStreamingCall<WatchEvent> call = auth.Resources.Watch(new WatchRequest { Kinds = { kinds } }, cancellationToken: cancellationToken);
        var rules = new Dictionary<string, AccessMonitoringRule>(StringComparer.Ordinal);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            if (Read(call.ResponseStream.Current, rules) is { } change)
            {
                yield return change;
            }
        }
    }

    public async Task<AccessRequest?> GetAsync(string requestId, CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        try
        {
            ResourceDocument document = await auth.AccessRequests.GetAsync(new GetAccessRequestRequest { Id = requestId }, cancellationToken: cancellationToken);
            return Parse<AccessRequest>(document);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.NotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<string>> ListEntriesAsync(CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        var ids = new List<string>();
        string page = "";
        do
        {
            ListPluginDataResponse answer = await auth.AccessRequests.ListPluginDataAsync(new ListPluginDataRequest { PageToken = page }, cancellationToken: cancellationToken);
            ids.AddRange(answer.RequestIds);
            page = answer.NextPageToken;
        }
        while (page.Length > 0);
        return ids;
    }

    public async Task<StoredEntry> ReadEntryAsync(string requestId, CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        try
        {
            PluginDataResponse answer = await auth.AccessRequests.GetPluginDataAsync(new GetPluginDataRequest { RequestId = requestId }, cancellationToken: cancellationToken);
            return new StoredEntry(answer.Data.TryGetValue(EntryKey, out string? json) ? json : null, answer.Revision);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.NotFound)
        {
            return new StoredEntry(null, 0);
        }
    }

    public async Task<long> WriteEntryAsync(string requestId, string json, long expectedRevision, CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        var request = new UpdatePluginDataRequest { RequestId = requestId, ExpectRevision = expectedRevision };
        request.Data[EntryKey] = json;
        return (await auth.AccessRequests.UpdatePluginDataAsync(request, cancellationToken: cancellationToken)).Revision;
    }

    public async Task<IReadOnlyDictionary<string, string>> PreviewAsync(string requestId, CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        PreviewResourcesResponse answer = await auth.AccessRequests.PreviewResourcesAsync(new PreviewResourcesRequest { Id = requestId }, cancellationToken: cancellationToken);
        return answer.Resources.GroupBy(static r => r.Id).ToDictionary(static g => g.Key, static g => g.First().DisplayName, StringComparer.Ordinal);
    }

    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadTraitsAsync(string userName, CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        try
        {
            ResourceDocument document = await auth.Resources.GetAsync(new GetRequest { Kind = ResourceKinds.User, Name = userName }, cancellationToken: cancellationToken);
            return Parse<User>(document).Spec.Traits.ToDictionary(static t => t.Key, static t => (IReadOnlyList<string>)[.. t.Value], StringComparer.Ordinal);
        }
        catch (TeleportException e) when (e.Code is ErrorCode.NotFound or ErrorCode.AccessDenied)
        {
            return new Dictionary<string, IReadOnlyList<string>>();
        }
    }

    public async Task<ReviewVerdict> SubmitForAsync(ReviewSubmission submission, CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        ReviewClick click = submission.Click;
        SubmitReviewForResponse answer = await auth.AccessRequests.SubmitReviewForAsync(
            new SubmitReviewForRequest
            {
                RequestId = submission.RequestId,
                Account = new ChatAccount
                {
                    Tenant = click.Account.Tenant,
                    UserId = click.Account.UserId,
                    DisplayName = click.Account.DisplayName,
                    ConfirmedEmail = click.Account.ConfirmedEmail ?? "",
                    IsFullMember = click.Account.IsFullMember,
                },
                ProposedState = (int)submission.Decision,
                Reason = click.Reason ?? "",
                CallbackId = click.Id,
                Channel = click.Posted.Channel,
                Message = click.Posted.Message,
                WeakChannel = click.IsWeak,
            },
            cancellationToken: cancellationToken);
        return answer.Outcome switch
        {
            SubmitReviewForResponse.Types.Outcome.Recorded => ReviewVerdict.Recorded,
            SubmitReviewForResponse.Types.Outcome.Confirm => ReviewVerdict.Confirm,
            _ => ReviewVerdict.WebOnly,
        };
    }

    public async Task ApproveAsync(string requestId, string reason, CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        await auth.AccessRequests.SubmitReviewAsync(
            new SubmitReviewRequest { Id = requestId, ProposedState = (int)AccessRequestState.Approved, Reason = reason }, cancellationToken: cancellationToken);
    }

    public async Task<bool> SeenOnceAsync(string id, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        AuthClient auth = await identity.OpenAsync(cancellationToken);
        SeenOnceResponse answer = await auth.AccessRequests.SeenOnceAsync(
            new SeenOnceRequest { Id = id, TtlSeconds = (long)timeToLive.TotalSeconds }, cancellationToken: cancellationToken);
        return answer.First;
    }

    // A role without that verb routes by role_to_recipients alone.
    private static async Task<bool> MayWatchRulesAsync(AuthClient auth, CancellationToken cancellationToken)
    {
        try
        {
            using AsyncServerStreamingCall<ResourceDocument> call = auth.Resources.List(new ListRequest { Kind = ResourceKinds.AccessMonitoringRule }, cancellationToken: cancellationToken);
            await call.ResponseStream.MoveNext(cancellationToken);
            return true;
        }
        catch (TeleportException e) when (e.Code == ErrorCode.AccessDenied)
        {
            return false;
        }
    }

    private static FeedChange? Read(WatchEvent change, Dictionary<string, AccessMonitoringRule> rules)
    {
        if (change.Type == WatchEvent.Types.Type.InitDone)
        {
            return new FeedChange(null) { IsComplete = true, Rules = [.. rules.Values] };
        }

        switch (change.Resource.Kind)
        {
            case ResourceKinds.AccessRequest when change.Type == WatchEvent.Types.Type.Put:
                return new FeedChange(change.Resource.Name) { IsPending = Parse<AccessRequest>(change.Resource).Spec.State == AccessRequestState.Pending };
            case ResourceKinds.AccessRequest:
                return new FeedChange(change.Resource.Name);
            case ResourceKinds.AccessMonitoringRule when change.Type == WatchEvent.Types.Type.Put:
                rules[change.Resource.Name] = Parse<AccessMonitoringRule>(change.Resource);
                return new FeedChange(null) { Rules = [.. rules.Values] };
            case ResourceKinds.AccessMonitoringRule:
                rules.Remove(change.Resource.Name);
                return new FeedChange(null) { Rules = [.. rules.Values] };
            default:
                return null;
        }
    }

    private static T Parse<T>(ResourceDocument document)
        where T : Resource
    {
        try
        {
            return (T)ResourceJson.Deserialize(document.Kind, document.Json.Span);
        }
        catch (JsonException e)
        {
            throw new TeleportException(ErrorCode.Invalid, $"The {document.Kind} {document.Name} is not understood: {e.Message} Is this host older than the auth service?", e);
        }
    }
}
