namespace Teleport.Abstractions.AccessPlugins;

/// <summary>What a failed call means for what comes next.</summary>
public enum AccessPluginFailure
{
    /// <summary>Nothing was done, and it may work later: it is repeated.</summary>
    Unavailable,

    /// <summary>It may have been done: the message is looked for before it is posted again.</summary>
    Uncertain,

    /// <summary>The credentials are refused: everything waits until they change.</summary>
    Unauthorized,

    /// <summary>The message, channel or person is not there any more: that one is given up, others go on.</summary>
    Gone,

    /// <summary>The service refuses this very message for good: that one is given up, others go on.</summary>
    Refused,
}

/// <summary>A call of an access plugin failed.</summary>
/// <param name="failure">What it means.</param>
/// <param name="message">What failed, why, and what to do; no secrets, no URLs that are secrets.</param>
/// <param name="retryAfter">How long the service wants to be left alone; <c>null</c>: it did not say.</param>
/// <param name="innerException">What caused it.</param>
public sealed class AccessPluginException(AccessPluginFailure failure, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What it means.</summary>
    public AccessPluginFailure Failure { get; } = failure;

    /// <summary>How long the service wants to be left alone; <c>null</c>: it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
