using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>What plugins keep of requests. It outlives the request, so that the last message can still be corrected.</summary>
internal sealed class PluginDataStore(IBackend backend)
{
    private const int PageSize = 500;
    private static readonly TimeSpan Afterlife = TimeSpan.FromHours(1);

    public async ValueTask<(IReadOnlyDictionary<string, string> Data, long Revision)> GetAsync(string requestId, string plugin, CancellationToken cancellationToken) =>
        ResourceMetadata.IsValidName(requestId) && await backend.GetAsync(Keys.PluginData(requestId, plugin), cancellationToken) is { } item
            ? (Read(requestId, item).Spec.Data, item.Revision)
            : (new Dictionary<string, string>(), 0);

    /// <summary>Ids of requests of which a plugin keeps data, in order.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="after">Where the last page ended; empty: from the beginning.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async ValueTask<(IReadOnlyList<string> Ids, bool HasMore)> ListAsync(string plugin, string after, CancellationToken cancellationToken)
    {
        BackendKey all = Keys.PluginData(plugin);
        // Ids are names, and no name continues another by a space: the first key after it.
        BackendKey from = after.Length == 0 ? all.RangeStart()
            : ResourceMetadata.IsValidName(after) ? BackendKey.FromStored(all.Append(after) + " ")
            : throw TeleportException.Invalid("page_token is not one of this service.");
        BackendPage page = await backend.RangeAsync(from, all.RangeEnd(), PageSize, cancellationToken);
        return ([.. page.Items.Select(static i => i.Key.Name)], page.Next is not null);
    }

    /// <summary>Replaces the data of a plugin if it is the one that was read.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="plugin">The plugin.</param>
    /// <param name="data">All that is kept from now on.</param>
    /// <param name="expected">The revision that was read; 0: there must be none.</param>
    /// <param name="request">The request; <c>null</c>: it is gone, and nothing new is kept of it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The new revision; 0: nothing is kept.</returns>
    public async ValueTask<long> ReplaceAsync(
        string requestId, string plugin, IReadOnlyDictionary<string, string> data, long expected, AccessRequest? request, CancellationToken cancellationToken)
    {
        if (data.Sum(static d => System.Text.Encoding.UTF8.GetByteCount(d.Key) + System.Text.Encoding.UTF8.GetByteCount(d.Value)) is > PluginNotes.MaxBytes and var size)
        {
            throw TeleportException.Limit($"The plugin data has {size} bytes; the limit is {PluginNotes.MaxBytes}.");
        }

        BackendKey key = ResourceMetadata.IsValidName(requestId) ? Keys.PluginData(requestId, plugin) : throw AccessRequestStore.NotFound(requestId);
        BackendItem? present = await backend.GetAsync(key, cancellationToken);
        if (present is null && request is null)
        {
            throw AccessRequestStore.NotFound(requestId);
        }

        if ((present?.Revision ?? 0) != expected)
        {
            throw Changed();
        }

        var resource = new PluginNotes
        {
            Metadata = new ResourceMetadata { Name = requestId }, Spec = new PluginNotesSpec { Plugin = plugin, Data = data },
        };
        DateTimeOffset? expires = request is null ? present!.Expires : request.Spec.Expires + Afterlife;
        BackendOperation operation = data.Count == 0 ? BackendOperation.Delete(key) : BackendOperation.Put(key, ResourceJson.Serialize(resource), expires);
        try
        {
            long revision = await backend.CommitAsync(
                new BackendCommit([present is null ? BackendCondition.Missing(key) : BackendCondition.Unchanged(present)], [operation]), cancellationToken);
            return data.Count == 0 ? 0 : revision;
        }
        catch (BackendConflictException)
        {
            throw Changed();
        }
    }

    private static PluginNotes Read(string requestId, BackendItem item)
    {
        try
        {
            return (PluginNotes)ResourceJson.Deserialize(ResourceKinds.PluginData, item.Value.Span);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new InvalidDataException($"The stored plugin data of request \"{requestId}\" cannot be read: {e.Message}", e);
        }
    }

    private static TeleportException Changed() =>
        TeleportException.Conflict("The plugin data was changed in between, by another host of this plugin: read it again and repeat the change.");
}
