using Teleport.Abstractions.Errors;

namespace Teleport.Abstractions.Storage;

/// <summary>A condition of a commit does not hold; nothing was written.</summary>
/// <param name="condition">The first condition that does not hold.</param>
public sealed class BackendConflictException(BackendCondition condition)
    : TeleportException(ErrorCode.Conflict, $"The item \"{condition.Key}\" was changed, created or deleted in between.")
{
    /// <summary>The first condition that does not hold.</summary>
    public BackendCondition Condition { get; } = condition;
}

/// <summary>The changes that a watch should start with are no longer kept.</summary>
/// <param name="afterRevision">The revision that was asked for.</param>
/// <param name="oldestRevision">The oldest revision that a watch can start after.</param>
public sealed class BackendCompactedException(long afterRevision, long oldestRevision)
    : TeleportException(
        ErrorCode.Invalid,
        $"Changes after revision {afterRevision} are no longer kept; the oldest start is {oldestRevision}. Read the range anew and watch from its revision.")
{
    /// <summary>The oldest revision that a watch can start after.</summary>
    public long OldestRevision { get; } = oldestRevision;
}
