using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;

namespace Teleport.Delivery;

/// <summary>What an access plugin may ask of the cluster, in its own name. Calls throw <see cref="TeleportException"/>.</summary>
public interface IRequestDesk
{
    /// <summary>The present requests and rules, then <see cref="FeedChange.IsComplete"/>, then every change, until the watch ends or fails.</summary>
    IAsyncEnumerable<FeedChange> WatchAsync(CancellationToken cancellationToken);

    /// <summary>A request; <c>null</c>: it is gone.</summary>
    Task<AccessRequest?> GetAsync(string requestId, CancellationToken cancellationToken);

    /// <summary>Ids of the requests of which this plugin keeps an entry, also of those that are gone.</summary>
    Task<IReadOnlyList<string>> ListEntriesAsync(CancellationToken cancellationToken);

    /// <summary>What this plugin keeps of a request.</summary>
    Task<StoredEntry> ReadEntryAsync(string requestId, CancellationToken cancellationToken);

    /// <summary>Replaces what this plugin keeps of a request.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="json">All that is kept from now on.</param>
    /// <param name="expectedRevision">The revision that was read; 0: there must be nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The new revision.</returns>
    /// <exception cref="TeleportException">Code <c>conflict</c>: another revision is there; <c>not_found</c>: the request is gone and so is its entry.</exception>
    Task<long> WriteEntryAsync(string requestId, string json, long expectedRevision, CancellationToken cancellationToken);

    /// <summary>Names for people of the resources of a request, by id, as far as the plugin's role shows them.</summary>
    Task<IReadOnlyDictionary<string, string>> PreviewAsync(string requestId, CancellationToken cancellationToken);

    /// <summary>Traits of a user; empty: none, or the plugin may not read users.</summary>
    Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ReadTraitsAsync(string userName, CancellationToken cancellationToken);

    /// <summary>Sends in the review of a person.</summary>
    Task<ReviewVerdict> SubmitForAsync(ReviewSubmission submission, CancellationToken cancellationToken);

    /// <summary>Approves as the plugin itself, which its role must allow.</summary>
    Task ApproveAsync(string requestId, string reason, CancellationToken cancellationToken);

    /// <summary>Notes an id for all hosts of the plugin; whether nobody had.</summary>
    Task<bool> SeenOnceAsync(string id, TimeSpan timeToLive, CancellationToken cancellationToken);
}

/// <summary>A change that a watch brings.</summary>
/// <param name="RequestId">The request that was made, changed or removed; <c>null</c>: it is about something else.</param>
public sealed record FeedChange(string? RequestId)
{
    /// <summary>Whether the request waits for a decision. Only these are looked at before <see cref="IsComplete"/>, besides those with an entry.</summary>
    public bool IsPending { get; init; }

    /// <summary>All that there was has been told.</summary>
    public bool IsComplete { get; init; }

    /// <summary>The access monitoring rules, if they changed; they replace those before.</summary>
    public IReadOnlyList<AccessMonitoringRule>? Rules { get; init; }
}

/// <summary>What a plugin keeps of a request.</summary>
/// <param name="Json">It; <c>null</c>: nothing.</param>
/// <param name="Revision">Its revision; 0: there is none.</param>
public sealed record StoredEntry(string? Json, long Revision);

/// <summary>The review of a person who clicked.</summary>
public sealed record ReviewSubmission
{
    /// <summary>The request.</summary>
    public required string RequestId { get; init; }

    /// <summary>The click, with the account as the service says it is.</summary>
    public required Abstractions.AccessPlugins.ReviewClick Click { get; init; }

    /// <summary>Approved or denied.</summary>
    public required AccessRequestState Decision { get; init; }
}

/// <summary>What became of a review.</summary>
public enum ReviewVerdict
{
    /// <summary>It is recorded.</summary>
    Recorded,

    /// <summary>The person has to confirm it with a second factor.</summary>
    Confirm,

    /// <summary>By policy it cannot be decided here.</summary>
    WebOnly,
}
