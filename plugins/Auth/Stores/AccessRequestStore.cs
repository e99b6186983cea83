using System.Globalization;
using System.Security.Cryptography;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>Access requests. Every change is a compare-and-swap, so that of two decisions at two auth servers one is first and the other hears so.</summary>
/// <remarks>The document itself says when its time is over; the backend forgets it later, so that the end can be told and put on record once.</remarks>
internal sealed class AccessRequestStore(IBackend backend, TimeProvider time)
{
    /// <summary>Undecided requests of one user at once.</summary>
    public const int MaxPendingPerUser = 25;

    private const int MaxTries = 100;
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);
    private readonly RecordStore<StoredPendingRequests> _pending = new(backend, AuthRecords.Default.StoredPendingRequests);

    /// <summary>The request of an id; <c>null</c>: there is none, or its time is over.</summary>
    public async ValueTask<AccessRequest?> FindAsync(string id, CancellationToken cancellationToken) =>
        await GetAsync(id, cancellationToken) is { } item && Read(item) is var request && IsLive(request) ? request : null;

    /// <exception cref="TeleportException">Code <c>not_found</c>.</exception>
    public async ValueTask<AccessRequest> RequireAsync(string id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) ?? throw NotFound(id);

    /// <summary>All whose time is not over, newest first.</summary>
    public async ValueTask<List<AccessRequest>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<AccessRequest>();
        await foreach (BackendItem item in backend.ListAsync(Keys.Kind(ResourceKinds.AccessRequest), cancellationToken))
        {
            if (Read(item) is var request && IsLive(request))
            {
                all.Add(request);
            }
        }

        return [.. all.OrderByDescending(static r => r.Spec.Created).ThenBy(static r => r.Metadata.Name, StringComparer.Ordinal)];
    }

    /// <summary>Stores a new request under a new id, unless its user has too many that are undecided.</summary>
    /// <exception cref="TeleportException">Code <c>limit</c>.</exception>
    public async ValueTask<AccessRequest> CreateAsync(AccessRequestGrant grant, CancellationToken cancellationToken)
    {
        AccessRequest request = grant.Request with { Metadata = grant.Request.Metadata with { Name = Guid.NewGuid().ToString("D"), Revision = null } };
        BackendKey counter = Keys.PendingRequests(request.Spec.User);
        for (int i = 0; i < MaxTries; i++)
        {
            BackendItem? item = await backend.GetAsync(counter, cancellationToken);
            List<string> undecided = item is null ? [] : await UndecidedAsync(_pending.Read(item).Ids, cancellationToken);
            if (undecided.Count >= MaxPendingPerUser)
            {
                throw TeleportException.Limit(
                    $"user \"{request.Spec.User}\" has {undecided.Count} undecided requests already. Wait for decisions, or delete some: tsh request ls, tctl requests rm ID.");
            }

            BackendOperation count = _pending.Put(
                counter, new StoredPendingRequests([.. undecided, request.Metadata.Name]), time.GetUtcNow() + TimeSpan.FromDays(8));
            try
            {
                long revision = await backend.CommitAsync(
                    new BackendCommit(
                        [BackendCondition.Missing(ResourceStore.KeyOf(request)), item is null ? BackendCondition.Missing(counter) : BackendCondition.Unchanged(item)],
                        [Put(request), count]),
                    cancellationToken);
                return ResourceStore.WithRevision(request, revision);
            }
            catch (BackendConflictException)
            {
                // The same user asked for something else at the same moment: count again.
            }
        }

        throw TeleportException.Unavailable("Too many requests of the user at the same moment; try again.");
    }

    /// <summary>Changes a request by a pure function of the present one, which runs again when somebody else was faster.</summary>
    /// <exception cref="TeleportException">Code <c>not_found</c>, or whatever the function throws.</exception>
    public async ValueTask<AccessRequest> ChangeAsync(string id, Func<AccessRequest, AccessRequest> change, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            if (await GetAsync(id, cancellationToken) is not { } item || Read(item) is not { } present || !IsLive(present))
            {
                throw NotFound(id);
            }

            AccessRequest next = change(present);
            try
            {
                long revision = await backend.CommitAsync(new BackendCommit([BackendCondition.Unchanged(item)], [Put(next)]), cancellationToken);
                return ResourceStore.WithRevision(next, revision);
            }
            catch (BackendConflictException)
            {
                // Spread those who collide; each collision is somebody's progress.
                await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1, 20)), time, cancellationToken);
            }
        }

        throw TeleportException.Unavailable("Too many changes of the request at the same moment; try again.");
    }

    /// <summary>Deletes a request as it was read.</summary>
    /// <returns>Whether this call did it: of several servers one does.</returns>
    public async ValueTask<bool> TryDeleteAsync(AccessRequest read, CancellationToken cancellationToken)
    {
        try
        {
            BackendKey key = ResourceStore.KeyOf(read);
            var unchanged = new BackendCondition(key, long.Parse(read.Metadata.Revision!, NumberStyles.None, CultureInfo.InvariantCulture));
            await backend.CommitAsync(new BackendCommit([unchanged], [BackendOperation.Delete(key)]), cancellationToken);
            return true;
        }
        catch (BackendConflictException)
        {
            return false;
        }
    }

    /// <summary>Whether its time is not over.</summary>
    public bool IsLive(AccessRequest request) => request.Metadata.Expires is { } expires && expires > time.GetUtcNow();

    public static TeleportException NotFound(string id) => ResourceStore.NotFound(ResourceKinds.AccessRequest.Replace('_', ' '), id.Length <= 64 ? id : id[..64]);

    public static AccessRequest Read(BackendItem item) => (AccessRequest)ResourceStore.FromItem(ResourceKinds.AccessRequest, item);

    private async ValueTask<BackendItem?> GetAsync(string id, CancellationToken cancellationToken) =>
        ResourceMetadata.IsValidName(id) ? await backend.GetAsync(Keys.Resource(ResourceKinds.AccessRequest, id), cancellationToken) : null;

    private async ValueTask<List<string>> UndecidedAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var undecided = new List<string>();
        foreach (string id in ids)
        {
            if (await FindAsync(id, cancellationToken) is { Spec.State: AccessRequestState.Pending })
            {
                undecided.Add(id);
            }
        }

        return undecided;
    }

    private static BackendOperation Put(AccessRequest request)
    {
        // Unlike other resources it keeps its expiry in the document.
        byte[] json = ResourceJson.Serialize(request with { Metadata = request.Metadata with { Revision = null } });
        return json.Length <= IBackend.MaxValueBytes
            ? BackendOperation.Put(ResourceStore.KeyOf(request), json, request.Metadata.Expires + Grace)
            : throw TeleportException.Limit($"The access request has {json.Length} bytes with its reviews; the limit is {IBackend.MaxValueBytes}.");
    }
}
