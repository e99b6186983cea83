namespace Teleport.Abstractions.Errors;

/// <summary>An error with a stable code and a message for people: what failed, why, and what to do next.</summary>
/// <param name="code">What kind of thing went wrong.</param>
/// <param name="message">For people; no secrets.</param>
/// <param name="innerException">What caused it, for logs only.</param>
public class TeleportException(ErrorCode code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What kind of thing went wrong.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>Something is not there.</summary>
    public static TeleportException NotFound(string message) => new(ErrorCode.NotFound, message);

    /// <summary>The caller did not prove who they are.</summary>
    public static TeleportException Unauthenticated(string message) => new(ErrorCode.Unauthenticated, message);

    /// <summary>The caller may not.</summary>
    public static TeleportException AccessDenied(string message) => new(ErrorCode.AccessDenied, message);

    /// <summary>It exists already, or was changed in between.</summary>
    public static TeleportException Conflict(string message) => new(ErrorCode.Conflict, message);

    /// <summary>What was sent is wrong.</summary>
    public static TeleportException Invalid(string message) => new(ErrorCode.Invalid, message);

    /// <summary>A limit was reached.</summary>
    public static TeleportException Limit(string message) => new(ErrorCode.Limit, message);

    /// <summary>Something that is needed cannot be reached now.</summary>
    public static TeleportException Unavailable(string message, Exception? innerException = null) =>
        new(ErrorCode.Unavailable, message, innerException);
}
