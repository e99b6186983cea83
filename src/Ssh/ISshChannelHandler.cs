namespace Teleport.Ssh;

/// <summary>Serves what the peer asks of a channel.</summary>
public interface ISshChannelHandler
{
    /// <summary>The peer sent a channel request. One call at a time per channel, in the order of arrival.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="name">The request's name, such as <c>exec</c>.</param>
    /// <param name="data">The request's data, for the handler to keep.</param>
    /// <param name="wantReply">Whether the peer wants an answer, which the library sends.</param>
    /// <param name="ct">Ends with the connection.</param>
    /// <returns>Whether the request was granted.</returns>
    ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct);
}
