namespace Teleport.Abstractions.Plugins;

/// <summary>Lets roles of one process find each other without knowing each other's types. Safe for use by several threads.</summary>
public interface IRendezvous
{
    /// <summary>Makes an offer known, in place of an earlier one of the same type.</summary>
    void Publish<TOffer>(TOffer offer) where TOffer : class;

    /// <summary>Waits for an offer of that type.</summary>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    Task<TOffer> WaitAsync<TOffer>(CancellationToken cancellationToken) where TOffer : class;

    /// <summary>The present offer of that type, or <c>null</c>.</summary>
    TOffer? Find<TOffer>() where TOffer : class;

    /// <summary>Whether a role of that name is enabled in this process, so that waiting for its offer makes sense.</summary>
    bool IsEnabled(string serviceRole);
}
