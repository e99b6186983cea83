using System.Security.Cryptography;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>What all auth servers and plugin hosts together remember of clicks in chat: which were seen, and which wait to be confirmed.</summary>
internal sealed class CallbackStore(IBackend backend, TimeProvider time)
{
    /// <summary>How long a click waits for its confirmation.</summary>
    public static readonly TimeSpan IntentLife = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestMemory = TimeSpan.FromDays(1);
    private readonly RecordStore<StoredReviewIntent> _intents = new(backend, AuthRecords.Default.StoredReviewIntent);

    /// <summary>Notes an id.</summary>
    /// <returns>Whether nobody had noted it before.</returns>
    public async ValueTask<bool> SeenOnceAsync(string plugin, string id, TimeSpan memory, CancellationToken cancellationToken)
    {
        TimeSpan kept = memory < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : memory > LongestMemory ? LongestMemory : memory;
        try
        {
            await backend.CreateAsync(Keys.SeenCallback(plugin, id), "1"u8.ToArray(), time.GetUtcNow() + kept, cancellationToken);
            return true;
        }
        catch (BackendConflictException)
        {
            return false;
        }
    }

    /// <summary>Keeps a click until its person confirms it.</summary>
    /// <returns>The intent's id, which is a secret of the person's.</returns>
    public async ValueTask<string> AddIntentAsync(StoredReviewIntent intent, CancellationToken cancellationToken)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        BackendOperation put = _intents.Put(Keys.ReviewIntent(id), intent, time.GetUtcNow() + IntentLife);
        await backend.CommitAsync(new BackendCommit([], [put]), cancellationToken);
        return id;
    }

    /// <summary>Takes an intent, which works once, for its person, request and decision only.</summary>
    /// <exception cref="TeleportException">Code <c>not_found</c>.</exception>
    public async ValueTask<StoredReviewIntent> TakeIntentAsync(
        string id, string user, string requestId, AccessRequestState state, CancellationToken cancellationToken)
    {
        StoredReviewIntent? taken = null;
        await _intents.ChangeAsync(
            Keys.ReviewIntent(id),
            present =>
            {
                taken = present is not null && present.User == user && present.RequestId == requestId && present.ProposedState == state ? present : throw Gone();
                return (null, null);
            },
            cancellationToken);
        return taken ?? throw Gone();
    }

    private static TeleportException Gone() =>
        TeleportException.NotFound("There is nothing to confirm: the click in chat is older than five minutes, was confirmed already, or was for something else. Review the request directly.");
}
