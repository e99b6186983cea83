using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Storage;

namespace Teleport.Connectors.Local;

/// <summary>The connector's part of the cluster's state.</summary>
internal sealed class CredentialStore(ConnectorContext context, TimeProvider time)
{
    // An invitation lives 48 hours at most; what it leaves behind outlives it.
    private static readonly TimeSpan OfferLife = TimeSpan.FromHours(72);

    /// <summary>The key of a user: names come as they were typed, so hashed.</summary>
    public BackendKey UserKey(string userName) =>
        context.Area.Append("users").Append(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userName))));

    public async ValueTask<(StoredCredentials Credentials, BackendItem Item)?> FindAsync(string userName, CancellationToken cancellationToken) =>
        await context.Storage.GetAsync(UserKey(userName), cancellationToken) is { } item
            ? (Read(item, LocalRecords.Default.StoredCredentials), item)
            : null;

    /// <summary>Uses up a time step.</summary>
    /// <returns><c>false</c>: somebody changed the credentials, or used a code, in between.</returns>
    public async ValueTask<bool> TryUseStepAsync(StoredCredentials read, BackendItem item, long step, CancellationToken cancellationToken)
    {
        try
        {
            await context.Storage.ReplaceAsync(
                item, Write(read with { LastStep = step }, LocalRecords.Default.StoredCredentials), expires: null, cancellationToken);
            return true;
        }
        catch (BackendConflictException)
        {
            return false;
        }
    }

    /// <summary>The offer of an enrollment; made when there is none.</summary>
    public async ValueTask<(StoredOffer Offer, BackendItem Item)> GetOfferAsync(string enrollmentId, string userName, CancellationToken cancellationToken)
    {
        BackendKey key = OfferKey(enrollmentId);
        if (await context.Storage.GetAsync(key, cancellationToken) is not { } item)
        {
            try
            {
                await context.Storage.CreateAsync(
                    key, Write(new StoredOffer(userName, OneTimeCodes.NewSecret()), LocalRecords.Default.StoredOffer), time.GetUtcNow() + OfferLife, cancellationToken);
            }
            catch (BackendConflictException)
            {
                // The page was opened twice at once: both show the secret of the first.
            }

            item = await context.Storage.GetAsync(key, cancellationToken) ?? throw new InvalidOperationException("An offer is gone as soon as it was made.");
        }

        return (Read(item, LocalRecords.Default.StoredOffer), item);
    }

    /// <summary>Sets credentials and marks the offer as taken, in one commit.</summary>
    /// <exception cref="BackendConflictException">The offer was taken in between.</exception>
    public async ValueTask SetAsync(string userName, StoredCredentials credentials, StoredOffer offer, BackendItem item, CancellationToken cancellationToken) =>
        await context.Storage.CommitAsync(
            new BackendCommit(
                [BackendCondition.Unchanged(item)],
                [
                    BackendOperation.Put(item.Key, Write(offer with { OtpSecret = null }, LocalRecords.Default.StoredOffer), item.Expires),
                    BackendOperation.Put(UserKey(userName), Write(credentials, LocalRecords.Default.StoredCredentials)),
                ]),
            cancellationToken);

    public async ValueTask RemoveAsync(string userName, CancellationToken cancellationToken) =>
        await context.Storage.CommitAsync(new BackendCommit([], [BackendOperation.Delete(UserKey(userName))]), cancellationToken);

    private BackendKey OfferKey(string enrollmentId) => context.Area.Append("offers").Append(enrollmentId);

    private static T Read<T>(BackendItem item, JsonTypeInfo<T> json) =>
        JsonSerializer.Deserialize(item.Value.Span, json) ?? throw new InvalidDataException($"The stored item \"{item.Key}\" is null.");

    private static byte[] Write<T>(T record, JsonTypeInfo<T> json) => JsonSerializer.SerializeToUtf8Bytes(record, json);
}
