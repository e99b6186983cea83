using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>Limits guessing, in the backend, so that several auth servers give no more tries than one.</summary>
/// <remarks>
/// Tries of one user are counted before they are checked, so that those at the same moment count too. Tries of an address are counted when
/// they have failed: many people, or hosts, behind one address may well come at once.
/// </remarks>
internal sealed class AttemptStore(IBackend backend, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(20);
    private readonly RecordStore<StoredAttempts> _records = new(backend, AuthRecords.Default.StoredAttempts);

    /// <summary>Counts an attempt as failed until <see cref="SucceededAsync"/> says otherwise.</summary>
    /// <exception cref="TeleportException">Code <c>limit</c>: there were too many.</exception>
    public async ValueTask BeginAsync(AttemptSubject subject, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        await _records.ChangeAsync(
            subject.Key,
            attempts =>
            {
                RequireUnlocked(attempts, now);
                return Next(attempts, subject, now);
            },
            cancellationToken);
    }

    /// <summary>Returns when attempts are checked at all now.</summary>
    /// <exception cref="TeleportException">Code <c>limit</c>: there were too many failures.</exception>
    public async ValueTask RequireUnlockedAsync(AttemptSubject subject, CancellationToken cancellationToken) =>
        RequireUnlocked(await _records.FindAsync(subject.Key, cancellationToken), time.GetUtcNow());

    /// <summary>Counts an attempt that failed.</summary>
    public async ValueTask FailedAsync(AttemptSubject subject)
    {
        DateTimeOffset now = time.GetUtcNow();
        // Not cancelled: hanging up does not undo a failure.
        await _records.ChangeAsync(subject.Key, attempts => Next(attempts, subject, now), CancellationToken.None);
    }

    /// <summary>The attempt was a success: earlier failures do not count any more.</summary>
    public async ValueTask SucceededAsync(AttemptSubject subject, CancellationToken cancellationToken) =>
        await _records.ChangeAsync(subject.Key, static _ => (null, null), cancellationToken);

    /// <summary>Until when a subject is locked; <c>null</c>: it is not.</summary>
    public async ValueTask<DateTimeOffset?> LockedUntilAsync(AttemptSubject subject, CancellationToken cancellationToken) =>
        await _records.FindAsync(subject.Key, cancellationToken) is { LockedUntil: { } until } && until > time.GetUtcNow() ? until : null;

    private static (StoredAttempts? Next, DateTimeOffset? Expires) Next(StoredAttempts? attempts, AttemptSubject subject, DateTimeOffset now)
    {
        // A lock that is over begins a new count.
        int count = (attempts?.LockedUntil is { } until && until <= now ? 0 : attempts?.Count ?? 0) + 1;
        DateTimeOffset end = now + Window;
        return (new StoredAttempts(count, count >= subject.Limit ? end : null), end);
    }

    private static void RequireUnlocked(StoredAttempts? attempts, DateTimeOffset now)
    {
        if (attempts?.LockedUntil is { } until && until > now)
        {
            // The same for names that nobody has: being locked says nothing about a user.
            throw TeleportException.Limit($"Too many failed attempts. Try again in {Math.Ceiling((until - now).TotalMinutes):0} minutes.");
        }
    }
}

/// <summary>Whose attempts are counted.</summary>
internal sealed record AttemptSubject(BackendKey Key, int Limit)
{
    private const int UserLimit = 5;

    // An address may be that of a whole office, so it gets more tries than a person.
    private const int AddressLimit = 25;

    /// <summary>Logins of a user name as typed, whether there is such a user or not.</summary>
    public static AttemptSubject User(string name) => new(Keys.Attempts("user", name), UserLimit);

    /// <summary>Passwords, codes and links tried from an address.</summary>
    public static AttemptSubject Address(string address) => new(Keys.Attempts("address", address), AddressLimit);

    /// <summary>Join tokens tried from an address.</summary>
    public static AttemptSubject Joiner(string address) => new(Keys.Attempts("joiner", address), AddressLimit);
}
