using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Delivery;

namespace Teleport.Testing.AccessPlugins;

/// <summary>A cluster's access requests in memory, as the hosts of one plugin see them. Several hosts may share one. Safe for use by several threads.</summary>
public sealed class TestRequestDesk(TimeProvider time) : IRequestDesk
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, AccessRequest> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredEntry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<Channel<FeedChange>> _watches = [];
    private readonly List<ReviewSubmission> _submissions = [];
    private long _revision;

    /// <summary>Users by the id of their chat account. Nobody else may review.</summary>
    public ConcurrentDictionary<string, string> Reviewers { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of resources, by id.</summary>
    public ConcurrentDictionary<string, string> ResourceNames { get; } = new(StringComparer.Ordinal);

    /// <summary>Traits of users.</summary>
    public ConcurrentDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>> Traits { get; } = new(StringComparer.Ordinal);

    /// <summary>Approvals that decide.</summary>
    public int Threshold { get; set; } = 1;

    /// <summary>What a review by chat comes to.</summary>
    public ReviewVerdict Policy { get; set; } = ReviewVerdict.Recorded;

    /// <summary>Annotations of the requests that are made from now on.</summary>
    public IReadOnlyDictionary<string, StringList> Annotations { get; set; } = new Dictionary<string, StringList>();

    /// <summary>Whether the plugin itself may approve.</summary>
    public bool AllowsOnCall { get; set; }

    /// <summary>Called before each call with its name: throws to make it fail, waits to make it slow.</summary>
    public Func<string, Task> Before { get; set; } = static _ => Task.CompletedTask;

    /// <summary>The access monitoring rules; set before hosts start.</summary>
    public IReadOnlyList<AccessMonitoringRule> Rules { get; set; } = [];

    /// <summary>What was sent in so far, refused or not.</summary>
    public IReadOnlyList<ReviewSubmission> Submissions
    {
        get
        {
            lock (_gate)
            {
                return [.. _submissions];
            }
        }
    }

    /// <summary>Makes a request.</summary>
    public AccessRequest Create(string user, params IReadOnlyList<string> roles)
    {
        DateTimeOffset now = time.GetUtcNow();
        return Put(new AccessRequest
        {
            Metadata = new ResourceMetadata { Name = Guid.NewGuid().ToString("D"), Expires = now.AddHours(1) },
            Spec = new AccessRequestSpec
            {
                User = user,
                Roles = [.. roles],
                Created = now,
                Expires = now.AddHours(8),
                RequestReason = "because",
                SystemAnnotations = Annotations,
            },
        });
    }

    /// <summary>Stores a request as it is.</summary>
    public AccessRequest Put(AccessRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_gate)
        {
            _requests[request.Metadata.Name] = request;
            Tell(ChangeOf(request));
            return request;
        }
    }

    /// <summary>The request as it is now; <c>null</c>: it is gone.</summary>
    public AccessRequest? Find(string id)
    {
        lock (_gate)
        {
            return _requests.GetValueOrDefault(id);
        }
    }

    /// <summary>Takes a request away, as when its time is over.</summary>
    public void Remove(string id)
    {
        lock (_gate)
        {
            _requests.Remove(id);
            Tell(new FeedChange(id));
        }
    }

    /// <summary>Adds a review, which decides when there are enough.</summary>
    public AccessRequest Review(string id, string author, bool approves, string? reason = null, ReviewMeans? means = null)
    {
        lock (_gate)
        {
            AccessRequest request = _requests.GetValueOrDefault(id) ?? throw TeleportException.NotFound($"The request {id} does not exist.");
            if (request.Spec.State != AccessRequestState.Pending || request.Spec.Reviews.Any(r => r.Author == author))
            {
                throw new TeleportException(ErrorCode.Conflict, "It is decided, or reviewed by this person.");
            }

            AccessRequestState proposed = approves ? AccessRequestState.Approved : AccessRequestState.Denied;
            var review = new AccessReview { Author = author, ProposedState = proposed, Reason = reason, Created = time.GetUtcNow(), Means = means };
            AccessReview[] reviews = [.. request.Spec.Reviews, review];
            bool isDecided = !approves || reviews.Count(static r => r.ProposedState == AccessRequestState.Approved) >= Threshold;
            return Put(request with
            {
                Spec = request.Spec with
                {
                    Reviews = reviews, State = isDecided ? proposed : AccessRequestState.Pending, ResolveReason = isDecided ? reason : null,
                },
            });
        }
    }

    /// <summary>Ends all watches, as a server that restarts does.</summary>
    public void CutWatches()
    {
        lock (_gate)
        {
            foreach (Channel<FeedChange> watch in _watches)
            {
                watch.Writer.TryComplete(TeleportException.Unavailable("the watch was cut"));
            }

            _watches.Clear();
        }
    }

    /// <summary>What the plugin keeps of a request; <c>null</c>: nothing.</summary>
    public string? Entry(string id)
    {
        lock (_gate)
        {
            return _entries.GetValueOrDefault(id)?.Json;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FeedChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Before("watch");
        var watch = Channel.CreateUnbounded<FeedChange>();
        FeedChange[] present;
        lock (_gate)
        {
            present = [.. _requests.Values.Select(ChangeOf)];
            _watches.Add(watch);
        }

        foreach (FeedChange change in present)
        {
            yield return change;
        }

        yield return new FeedChange(null) { IsComplete = true, Rules = Rules };
        await foreach (FeedChange change in watch.Reader.ReadAllAsync(cancellationToken))
        {
            yield return change;
        }
    }

    /// <inheritdoc/>
    public async Task<AccessRequest?> GetAsync(string requestId, CancellationToken cancellationToken)
    {
        await Before("get");
        return Find(requestId);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListEntriesAsync(CancellationToken cancellationToken)
    {
        await Before("list");
        lock (_gate)
        {
            return [.. _entries.Keys];
        }
    }

    /// <inheritdoc/>
    public async Task<StoredEntry> ReadEntryAsync(string requestId, CancellationToken cancellationToken)
    {
        await Before("read");
        lock (_gate)
        {
            return _entries.GetValueOrDefault(requestId, new StoredEntry(null, 0));
        }
    }

    /// <inheritdoc/>
    public async Task<long> WriteEntryAsync(string requestId, string json, long expectedRevision, CancellationToken cancellationToken)
    {
        await Before("write");
        lock (_gate)
        {
            if (_entries.GetValueOrDefault(requestId)?.Revision is var present && (present ?? 0) != expectedRevision)
            {
                throw new TeleportException(ErrorCode.Conflict, "The entry has another revision.");
            }

            if (expectedRevision == 0 && !_requests.ContainsKey(requestId))
            {
                throw TeleportException.NotFound("The request is gone.");
            }

            _entries[requestId] = new StoredEntry(json, ++_revision);
            return _revision;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> PreviewAsync(string requestId, CancellationToken cancellationToken)
    {
        await Before("preview");
        return ResourceNames;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadTraitsAsync(string userName, CancellationToken cancellationToken)
    {
        await Before("traits");
        return Traits.TryGetValue(userName, out IReadOnlyDictionary<string, IReadOnlyList<string>>? traits) ? traits : new Dictionary<string, IReadOnlyList<string>>();
    }

    /// <inheritdoc/>
    public async Task<ReviewVerdict> SubmitForAsync(ReviewSubmission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        await Before("submit");
        lock (_gate)
        {
            _submissions.Add(submission);
            if (!_seen.Add($"click {submission.Click.Id}"))
            {
                throw new TeleportException(ErrorCode.Conflict, "The click was seen.");
            }

            AccessRequest request = _requests.GetValueOrDefault(submission.RequestId) ?? throw TeleportException.NotFound("The request is gone.");
            bool isKnown = Reviewers.TryGetValue(submission.Click.Account.UserId, out string? user);
            if (!isKnown || !submission.Click.Account.IsFullMember || user == request.Spec.User)
            {
                throw TeleportException.AccessDenied("Not this person.");
            }

            if (Policy == ReviewVerdict.Recorded)
            {
                Review(submission.RequestId, user!, submission.Decision == AccessRequestState.Approved, submission.Click.Reason, new ReviewMeans { Via = "plugin", Plugin = "test" });
            }

            return Policy;
        }
    }

    /// <inheritdoc/>
    public async Task ApproveAsync(string requestId, string reason, CancellationToken cancellationToken)
    {
        await Before("approve");
        if (!AllowsOnCall)
        {
            throw TeleportException.AccessDenied("The plugin's role does not say so.");
        }

        Review(requestId, "access-plugin-test", approves: true, reason, new ReviewMeans { Via = "on_call" });
    }

    /// <inheritdoc/>
    public async Task<bool> SeenOnceAsync(string id, TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        await Before("seen");
        lock (_gate)
        {
            return _seen.Add(id);
        }
    }

    private void Tell(FeedChange change)
    {
        foreach (Channel<FeedChange> watch in _watches)
        {
            watch.Writer.TryWrite(change);
        }
    }

    private static FeedChange ChangeOf(AccessRequest request) => new(request.Metadata.Name) { IsPending = request.Spec.State == AccessRequestState.Pending };
}
