namespace Teleport.Abstractions.AccessPlugins;

/// <summary>An access plugin through which people decide. It says who clicked what; whether that counts is decided by the auth service alone.</summary>
public interface IReviewingAccessPlugin : IAccessPlugin
{
    /// <summary>Whether the configuration switches decisions on. While it is not, messages have no buttons and callbacks are refused.</summary>
    bool TakesReviews { get; }

    /// <summary>How a click shows that it belongs to a message that was posted.</summary>
    ClickProof Proof => ClickProof.Token;

    /// <summary>Verifies that the service sent a callback, by its headers and raw bytes. Nothing is parsed before it is verified.</summary>
    /// <returns>Whether it is genuine, and an id by which the host refuses it a second time.</returns>
    ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(CallbackVerdict.Reject("no_callbacks"));

    /// <summary>Reads a callback that is genuine and new. Must answer soon; what takes longer goes into <see cref="CallbackAnswer.Then"/>.</summary>
    ValueTask<CallbackAnswer> ReceiveAsync(CallbackRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(CallbackAnswer.Of(404));

    /// <summary>Receives clicks over a connection that the plugin opens itself. Started again, with growing delays, when it ends or fails.</summary>
    Task ListenAsync(IClickSink clicks, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    /// <summary>Completes an account with what the service knows of it now: whether it is a full member, and its confirmed address.</summary>
    Task<ClickAccount> IdentifyAsync(ClickAccount account, CancellationToken cancellationToken) => Task.FromResult(account);

    /// <summary>Tells the person who clicked, and nobody else, that the click did nothing, and why.</summary>
    Task TellAsync(ReviewClick click, string text, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>How a click shows that it belongs to a message that was posted.</summary>
public enum ClickProof
{
    /// <summary>It brings the token of the button (<see cref="ReviewButton.Token"/>), and channel and message are those of the posted message.</summary>
    Token,

    /// <summary>The plugin has read the decision anew from the service, and channel and message are those of the posted message.</summary>
    Message,
}

/// <summary>Takes clicks that came over a connection of the plugin's own.</summary>
public interface IClickSink
{
    /// <summary>Takes a click. Returns at once when there is room, else waits; what follows happens later.</summary>
    ValueTask OfferAsync(ReviewClick click, CancellationToken cancellationToken);

    /// <summary>Says that the connection works, or, with a reason, that it does not.</summary>
    void ReportConnection(string? trouble);
}
