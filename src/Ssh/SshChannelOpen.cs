using Teleport.Ssh.Connection;
using Teleport.Ssh.Messages;

namespace Teleport.Ssh;

/// <summary>The peer's request to open a channel. Accept or reject it once, at any time before the handler's task ends.</summary>
public sealed class SshChannelOpen
{
    private readonly InboundChannels _owner;
    private readonly uint _remoteId;
    private readonly uint _window;
    private readonly uint _maxPacket;
    private int _answered;

    internal SshChannelOpen(
        SshConnection connection, InboundChannels owner, string type, byte[] typeData, uint remoteId, uint window, uint maxPacket)
    {
        Connection = connection;
        Type = type;
        TypeData = typeData;
        _owner = owner;
        _remoteId = remoteId;
        _window = window;
        _maxPacket = maxPacket;
    }

    /// <summary>The connection.</summary>
    public SshConnection Connection { get; }

    /// <summary>The channel type, such as <c>session</c> or <c>direct-tcpip</c>.</summary>
    public string Type { get; }

    /// <summary>The data of that type; see the records of <c>Teleport.Ssh.Messages</c>.</summary>
    public ReadOnlyMemory<byte> TypeData { get; }

    /// <summary>Parses the data of the type.</summary>
    /// <typeparam name="T">The payload's record.</typeparam>
    /// <exception cref="SshProtocolException">The data is malformed.</exception>
    public T Parse<T>()
        where T : ISshPayload<T> => SshPayload.Parse<T>(TypeData.Span);

    /// <summary>Opens the channel.</summary>
    /// <param name="handler">Serves the channel's requests; <see langword="null"/> refuses them.</param>
    /// <param name="confirmData">Data for the peer, which few types define.</param>
    /// <exception cref="InvalidOperationException">Answered before.</exception>
    /// <exception cref="SshChannelOpenException">Too much unread data of earlier channels is kept; the peer was told.</exception>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public SshChannel Accept(ISshChannelHandler? handler = null, ReadOnlyMemory<byte> confirmData = default)
    {
        Claim();
        return _owner.Confirm(Type, handler, _remoteId, _window, _maxPacket, confirmData.Span);
    }

    /// <summary>Refuses the channel.</summary>
    /// <param name="reason">The reason code.</param>
    /// <param name="description">Text for the peer.</param>
    /// <exception cref="InvalidOperationException">Answered before.</exception>
    public void Reject(ChannelOpenFailure reason, string description)
    {
        Claim();
        _owner.Refuse(_remoteId, reason, description);
    }

    internal void RejectIfUnanswered(ChannelOpenFailure reason, string description)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
            _owner.Refuse(_remoteId, reason, description);
    }

    private void Claim()
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
            throw new InvalidOperationException("This channel request is answered already.");
    }
}
