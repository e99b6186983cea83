using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Storage;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Joining;

/// <summary>To which keys a host id belongs, so that nobody takes another host's place.</summary>
/// <remarks>
/// The first to join by an id owns it for as long as its certificates live. Others join by it only with one of its keys (a certificate for
/// a key is worth nothing to anybody else), with a valid certificate of that id, or as the auth server's own process.
/// </remarks>
internal sealed class HostRegistry(IBackend backend)
{
    /// <summary>Why a host is refused whose id belongs to another.</summary>
    public const string TakenId = "the host id belongs to another host, and this one did not prove that it is the same";

    private const int MaxTries = 40;
    private const int MaxKeys = 16;
    private readonly RecordStore<StoredHost> _records = new(backend, AuthRecords.Default.StoredHost);

    /// <summary>Registers keys of a host and uses up its token in one commit.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="keys">Hashes of its public keys.</param>
    /// <param name="isProven">Whether it showed that the id is its own.</param>
    /// <param name="expires">When its certificates end.</param>
    /// <param name="token">Checks the token anew for each try.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns><c>null</c>: done; else why not, for the audit log.</returns>
    public async ValueTask<string?> RegisterAsync(
        string hostId,
        IReadOnlyList<string> keys,
        Func<TokenOutcome, bool> isProven,
        DateTimeOffset expires,
        Func<ValueTask<TokenOutcome>> token,
        CancellationToken cancellationToken)
    {
        BackendKey key = Keys.Host(hostId);
        for (int i = 0; i < MaxTries; i++)
        {
            TokenOutcome outcome = await token();
            if (outcome.Error is { } error)
            {
                return error;
            }

            BackendItem? item = await backend.GetAsync(key, cancellationToken);
            StoredHost? host = item is null ? null : _records.Read(item);
            if (host is not null && !host.Keys.Intersect(keys, StringComparer.Ordinal).Any() && !isProven(outcome))
            {
                return TakenId;
            }

            StoredHost next = new([.. keys.Union(host?.Keys ?? [], StringComparer.Ordinal).Take(MaxKeys)]);
            var conditions = new List<BackendCondition> { item is null ? BackendCondition.Missing(key) : BackendCondition.Unchanged(item) };
            var operations = new List<BackendOperation> { _records.Put(key, next, Later(expires, item?.Expires)) };
            if (outcome.Condition is { } condition)
            {
                conditions.Add(condition);
            }

            if (outcome.Operation is { } operation)
            {
                operations.Add(operation);
            }

            try
            {
                await backend.CommitAsync(new BackendCommit(conditions, operations), cancellationToken);
                return null;
            }
            catch (BackendConflictException)
            {
                // Somebody else used the token or the id at the same moment: look at what is left.
            }
        }

        throw TeleportException.Unavailable("Too many hosts join at the same moment; try again.");
    }

    /// <summary>Forgets a host, so that its id is free again.</summary>
    public async ValueTask ForgetAsync(string hostId, CancellationToken cancellationToken) =>
        await backend.CommitAsync(new BackendCommit([], [BackendOperation.Delete(Keys.Host(hostId))]), cancellationToken);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset? b) => b is { } other && other > a ? other : a;
}
