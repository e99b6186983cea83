using System.Buffers;
using System.Security.Cryptography;
using Teleport.Ssh.Ciphers;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Transport;

/// <summary>Exchanges keys, the first time and again (RFC 4253 sections 7 to 9), with strict key exchange.</summary>
internal sealed class KeyExchanger(
    PacketReader reader,
    PacketWriter writer,
    KeyExchangeRole role,
    SshTransportOptions options,
    string localVersion,
    RoundTrip roundTrip)
{
    private readonly Lock _gate = new();
    private readonly RekeyPolicy _policy = new(options);
    private readonly KeyExchangePackets _packets = new(reader, writer, roundTrip);
    private byte[]? _ownInit;
    private bool _initial = true;
    private bool _strict;

    /// <summary>The first exchange hash, which identifies the connection; empty before it.</summary>
    public byte[] SessionId { get; private set; } = [];

    /// <summary>What was agreed on last.</summary>
    public SshNegotiatedAlgorithms? Negotiated { get; private set; }

    /// <summary>Set once the peer's version line has arrived.</summary>
    public string RemoteVersion { get; set; } = string.Empty;

    /// <summary>Whether the peer takes EXT_INFO (RFC 8308 section 2.1).</summary>
    public bool PeerTakesExtensions { get; private set; }

    /// <summary>Called when an exchange starts (true) and when it is over (false).</summary>
    public Action<bool>? OnProgress { get; set; }

    /// <summary>Whether the limits of the present keys are reached.</summary>
    public bool IsDue =>
        _policy.IsDue(Math.Max(reader.BytesSinceKeys, writer.BytesSinceKeys), Math.Max(reader.PacketsSinceKeys, writer.PacketsSinceKeys));

    /// <summary>Sends our offer, unless that was done; the answer goes to <see cref="RunAsync"/>. Thread-safe.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_ownInit is not null)
                return;

            _ownInit = Encode(CreateInit());
            writer.BeginExchange(_ownInit);
        }

        OnProgress?.Invoke(true);
        writer.Flush();
    }

    /// <summary>The first exchange, from nothing.</summary>
    public async ValueTask RunFirstAsync(CancellationToken ct)
    {
        Start();
        await RunAsync(await _packets.ReceiveAsync(KeyExchangeInitMessage.Number, ct), ct);
    }

    /// <summary>Carries an exchange through, from the peer's KEXINIT to both NEWKEYS. Called by the reading loop.</summary>
    /// <exception cref="SshAlgorithmNegotiationException">Nothing in common.</exception>
    /// <exception cref="SshProtocolException">The peer broke the protocol.</exception>
    public async ValueTask RunAsync(ReadOnlyMemory<byte> peerInit, CancellationToken ct)
    {
        byte[] theirs = peerInit.ToArray();
        Start();
        byte[] ours = _ownInit!;
        KeyExchangeInitMessage theirInit = ParseInit(theirs);
        KeyExchangeInitMessage ourInit = ParseInit(ours);
        (KeyExchangeInitMessage client, KeyExchangeInitMessage server) = role.IsServer ? (theirInit, ourInit) : (ourInit, theirInit);

        // 7.1: agree on algorithms. Strictness and extensions are settled once, by the first exchange.
        SshNegotiatedAlgorithms negotiated = AlgorithmNegotiation.Agree(client, server, role.IsServer);
        if (_initial)
            BeginStrict(negotiated, theirInit);

        negotiated = negotiated with { StrictKeyExchange = _strict };
        if (theirInit.FirstPacketFollows && AlgorithmNegotiation.IsWrongGuess(client, server))
            _ = await _packets.ReceiveAnyAsync(ct);

        // 8: agree on a secret, and on who the server is.
        ExchangeContext context = role.IsServer
            ? new ExchangeContext(negotiated, RemoteVersion, localVersion, theirs, ours)
            : new ExchangeContext(negotiated, localVersion, RemoteVersion, ours, theirs);
        ExchangeResult result = await role.AgreeAsync(context, _packets, ct);
        if (_initial)
            SessionId = result.Hash;

        // 7.3: take the new keys into use, each direction behind its own NEWKEYS.
        KeySchedule schedule = new(context.Algorithm.Hash, result, SessionId, negotiated);
        (PacketProtection outgoing, PacketProtection incoming) = role.IsServer
            ? (schedule.CreateToClient(), schedule.CreateToServer())
            : (schedule.CreateToServer(), schedule.CreateToClient());
        CryptographicOperations.ZeroMemory(result.Secret);
        writer.UseKeys(outgoing, resetSequence: _strict);
        writer.Flush();
        _ = MessageTable.Parse<NewKeysMessage>((await _packets.ReceiveAsync(NewKeysMessage.Number, ct)).Span);
        reader.UseKeys(incoming, resetSequence: _strict);
        Finish(negotiated);
    }

    private void BeginStrict(SshNegotiatedAlgorithms negotiated, KeyExchangeInitMessage theirInit)
    {
        _strict = negotiated.StrictKeyExchange;
        _packets.IsStrict = _strict;
        PeerTakesExtensions = theirInit.KeyExchange.Contains(
            role.IsServer ? AlgorithmNegotiation.ExtensionsClient : AlgorithmNegotiation.ExtensionsServer);
        if (_strict && reader.PacketCount != 1)
            throw new SshProtocolException("The peer sent packets before its KEXINIT, which strict key exchange forbids: somebody may be tampering.");
    }

    private void Finish(SshNegotiatedAlgorithms negotiated)
    {
        Negotiated = negotiated;
        _initial = false;
        _packets.IsStrict = false; // later exchanges are encrypted; only the first could be tampered with
        _policy.OnExchanged();

        // Before the next exchange may start, so that its beginning is not reported ahead of this end.
        OnProgress?.Invoke(false);
        lock (_gate)
            _ownInit = null;
    }

    private KeyExchangeInitMessage CreateInit()
    {
        SshAlgorithms algorithms = options.Algorithms;
        string[] markers = (role.IsServer, _initial) switch
        {
            (_, false) => [],
            (true, true) => [AlgorithmNegotiation.ExtensionsServer, AlgorithmNegotiation.StrictServer],
            (false, true) => [AlgorithmNegotiation.ExtensionsClient, AlgorithmNegotiation.StrictClient],
        };
        return new KeyExchangeInitMessage
        {
            Cookie = RandomNumberGenerator.GetBytes(KeyExchangeInitMessage.CookieSize),
            KeyExchange = [.. algorithms.KeyExchange, .. markers],
            HostKeys = role.HostKeyAlgorithms,
            CiphersToServer = algorithms.Ciphers,
            CiphersToClient = algorithms.Ciphers,
            MacsToServer = algorithms.Macs,
            MacsToClient = algorithms.Macs,
            CompressionToServer = ["none"],
            CompressionToClient = ["none"],
        };
    }

    private static byte[] Encode(KeyExchangeInitMessage message)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        SshWriter output = new(buffer);
        output.WriteByte(KeyExchangeInitMessage.Number);
        message.Write(ref output);
        return buffer.WrittenSpan.ToArray();
    }

    private static KeyExchangeInitMessage ParseInit(byte[] payload) => MessageTable.Parse<KeyExchangeInitMessage>(payload);
}
