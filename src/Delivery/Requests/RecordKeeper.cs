using System.Text.Json;
using Teleport.Abstractions.Errors;

namespace Teleport.Delivery.Requests;

/// <summary>Changes the entries of a plugin by compare-and-swap.</summary>
internal sealed class RecordKeeper(IRequestDesk desk, string holder, TimeProvider time)
{
    private const int MaxTries = 20;
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    /// <summary>The entry; <c>null</c>: there is none.</summary>
    public async Task<DeliveryRecord?> ReadAsync(string requestId, CancellationToken cancellationToken) =>
        Parse((await desk.ReadEntryAsync(requestId, cancellationToken)).Json);

    /// <summary>Changes an entry, or makes one.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="change">Gets the present entry and gives the new one, <c>null</c> to leave it; may run several times.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The entry as it is now; <c>null</c>: it was left, or is gone with its request.</returns>
    public async Task<DeliveryRecord?> ChangeAsync(string requestId, Func<DeliveryRecord?, DeliveryRecord?> change, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            StoredEntry stored = await desk.ReadEntryAsync(requestId, cancellationToken);
            if (change(Parse(stored.Json)) is not { } changed)
            {
                return null;
            }

            try
            {
                await desk.WriteEntryAsync(requestId, changed.ToJson(), stored.Revision, cancellationToken);
                return changed;
            }
            catch (TeleportException e) when (e.Code == ErrorCode.NotFound)
            {
                return null;
            }
            catch (TeleportException e) when (e.Code == ErrorCode.Conflict && attempt < MaxTries)
            {
                // Another host was faster: look at what it left.
                await Task.Delay(TimeSpan.FromMilliseconds(System.Security.Cryptography.RandomNumberGenerator.GetInt32(1, 5 * attempt + 2)), time, cancellationToken);
            }
        }
    }

    /// <summary>Takes hold of an entry for a while, and changes it in the same step.</summary>
    /// <returns>The entry; <c>null</c>: another host holds it, or <paramref name="change"/> left it.</returns>
    public Task<DeliveryRecord?> HoldAsync(string requestId, Func<DeliveryRecord?, DeliveryRecord?> change, CancellationToken cancellationToken) => ChangeAsync(
        requestId,
        record => record is not null && IsHeldByAnother(record) ? null : change(record) is { } changed
            ? changed with { Holder = holder, HeldUntil = time.GetUtcNow() + Hold }
            : null,
        cancellationToken);

    /// <summary>Changes an entry that this host holds.</summary>
    /// <returns>The entry; <c>null</c>: this host does not hold it any more.</returns>
    public Task<DeliveryRecord?> UpdateHeldAsync(string requestId, Func<DeliveryRecord, DeliveryRecord> change, CancellationToken cancellationToken) => ChangeAsync(
        requestId, record => record?.Holder == holder ? change(record) : null, cancellationToken);

    /// <summary>How long another host still holds an entry; <c>null</c>: none does.</summary>
    public TimeSpan? HeldFor(DeliveryRecord record) => IsHeldByAnother(record) ? record.HeldUntil!.Value - time.GetUtcNow() : null;

    /// <summary>Whether the time that this host holds an entry for will be over before a call of the service might be.</summary>
    public bool IsHoldEnding(DeliveryRecord record) => record.HeldUntil - time.GetUtcNow() < Hold / 2;

    /// <summary>The entry, held for a while longer.</summary>
    public DeliveryRecord Extend(DeliveryRecord record) => record with { HeldUntil = time.GetUtcNow() + Hold };

    private bool IsHeldByAnother(DeliveryRecord record) => record.Holder is { } other && other != holder && record.HeldUntil > time.GetUtcNow();

    // What cannot be read is left alone: overwriting it would post everything again.
    private static DeliveryRecord? Parse(string? json)
    {
        try
        {
            return json is null ? null : DeliveryRecord.Parse(json);
        }
        catch (JsonException e)
        {
            throw new TeleportException(ErrorCode.Invalid, $"What this plugin keeps of a request cannot be read: {e.Message}", e);
        }
    }
}
