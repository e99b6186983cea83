using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>One record under one key, changed by compare-and-swap.</summary>
internal sealed class RecordStore<T>(IBackend backend, JsonTypeInfo<T> json)
    where T : class
{
    private const int MaxTries = 40;

    public async ValueTask<T?> FindAsync(BackendKey key, CancellationToken cancellationToken) =>
        await backend.GetAsync(key, cancellationToken) is { } item ? Read(item) : null;

    /// <summary>Changes the record by a pure function of the present one, which runs again when somebody else was faster.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="change">Gets the present record or <c>null</c>; returns the new one and its expiry, or a <c>null</c> record to delete. Throws to leave it as it is.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The new record.</returns>
    public async ValueTask<T?> ChangeAsync(BackendKey key, Func<T?, (T? Next, DateTimeOffset? Expires)> change, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            BackendItem? item = await backend.GetAsync(key, cancellationToken);
            (T? next, DateTimeOffset? expires) = change(item is null ? null : Read(item));
            if (item is null && next is null)
            {
                return null;
            }

            BackendCondition condition = item is null ? BackendCondition.Missing(key) : BackendCondition.Unchanged(item);
            BackendOperation operation = next is null ? BackendOperation.Delete(key) : Put(key, next, expires);
            try
            {
                await backend.CommitAsync(new BackendCommit([condition], [operation]), cancellationToken);
                return next;
            }
            catch (BackendConflictException)
            {
                // Somebody else was faster: decide again on what is there now.
            }
        }

        throw TeleportException.Unavailable("Too many changes at the same moment; try again.");
    }

    public BackendOperation Put(BackendKey key, T record, DateTimeOffset? expires) =>
        BackendOperation.Put(key, JsonSerializer.SerializeToUtf8Bytes(record, json), expires);

    public T Read(BackendItem item) =>
        JsonSerializer.Deserialize(item.Value.Span, json) ?? throw new InvalidDataException($"The stored item \"{item.Key}\" is null.");
}
