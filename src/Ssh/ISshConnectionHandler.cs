namespace Teleport.Ssh;

/// <summary>Serves what the peer asks of a connection.</summary>
/// <remarks>
/// Calls begin in the order of arrival. A call that does not return at once holds up neither data nor other channels, but only a
/// bounded number may be under way: start a task for what lasts.
/// </remarks>
public interface ISshConnectionHandler
{
    /// <summary>The peer asks to open a channel. What is neither accepted nor rejected when the task ends is rejected.</summary>
    /// <param name="open">The request.</param>
    /// <param name="ct">Ends with the connection.</param>
    ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct);

    /// <summary>The peer asks for something outside of channels. One call at a time.</summary>
    /// <param name="name">The request's name.</param>
    /// <param name="payload">The request's data, for the handler to keep.</param>
    /// <param name="ct">Ends with the connection.</param>
    /// <returns>The answer, sent only if the peer wants one.</returns>
    ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct);
}
