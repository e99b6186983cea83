using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;

namespace Teleport.Client.Requests;

/// <summary>Waits for the decision on a request. It is told of it by the auth service, and asks again when the connection breaks.</summary>
/// <param name="auth">The auth service.</param>
/// <param name="progress">Told of each review.</param>
/// <param name="time">The clock.</param>
public sealed class RequestWaiter(AuthClient auth, TextWriter progress, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(15);

    private int _reviewsTold;

    /// <summary>Waits until a request is decided.</summary>
    /// <returns>The request, approved or denied.</returns>
    /// <exception cref="TeleportException">Code <c>not_found</c>: it expired or was deleted meanwhile.</exception>
    public async Task<AccessRequest> WaitAsync(string id, CancellationToken cancellationToken)
    {
        TimeSpan delay = RetryDelay;
        while (true)
        {
            try
            {
                if (await FollowAsync(id, cancellationToken) is { } decided)
                {
                    return decided;
                }

                delay = RetryDelay;
            }
            catch (TeleportException e) when (e.Code is ErrorCode.Unavailable or ErrorCode.Limit)
            {
                await progress.WriteLineAsync($"Lost touch with the cluster, trying again: {e.Message}");
                delay = delay < LongestRetry ? delay * 2 : LongestRetry;
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }

    /// <returns>The decided request; <c>null</c>: the watch ended before.</returns>
    private async Task<AccessRequest?> FollowAsync(string id, CancellationToken cancellationToken)
    {
        using AsyncServerStreamingCall<WatchEvent> watch = auth.Resources.Watch(
            new WatchRequest { Kinds = { ResourceKinds.AccessRequest } }, cancellationToken: cancellationToken);
        bool seen = false;
        while (await watch.ResponseStream.MoveNext(cancellationToken))
        {
            WatchEvent change = watch.ResponseStream.Current;
            bool isIt = change.Resource?.Name == id;
            seen |= isIt;
            if (change.Type == WatchEvent.Types.Type.Put && isIt && await JudgeAsync(RequestCalls.Read(change.Resource!)) is { } decided)
            {
                return decided;
            }

            if ((change.Type == WatchEvent.Types.Type.Delete && isIt) || (change.Type == WatchEvent.Types.Type.InitDone && !seen))
            {
                throw TeleportException.NotFound($"request {id} has expired, or was deleted, without a decision");
            }
        }

        return null;
    }

    private async Task<AccessRequest?> JudgeAsync(AccessRequest request)
    {
        foreach (AccessReview review in request.Spec.Reviews.Skip(_reviewsTold))
        {
            await progress.WriteLineAsync(RequestText.Review(review));
        }

        _reviewsTold = Math.Max(_reviewsTold, request.Spec.Reviews.Count);
        return request.Spec.State == AccessRequestState.Pending ? null : request;
    }
}
