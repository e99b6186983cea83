using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Teleport.Ssh.Ciphers;
using Teleport.Ssh.Cryptography;
using Teleport.Ssh.Keys;
using Teleport.Ssh.KeyExchange;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Tests.Hostile;

/// <summary>An SSH peer of the tests' own, client or server: it makes every byte that it sends, and so can lie with each.</summary>
/// <remarks>Only the ciphers are borrowed from the library. Strict key exchange, Ed25519 host key and X25519 unless a test does otherwise.</remarks>
internal sealed class WirePeer : IAsyncDisposable
{
    public const string DefaultCipher = "aes128-gcm@openssh.com";

    private const string Version = "SSH-2.0-Wire";

    private readonly NetworkStream _stream;
    private PacketProtection _outgoing = new NoProtection();
    private PacketProtection _incoming = new NoProtection();
    private uint _sent;
    private uint _received;
    private byte[] _ownInit = [];
    private byte[] _peerInit = [];
    private string _peerVersion = "";

    public WirePeer(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    public byte[] SessionId { get; private set; } = [];

    /// <summary>Whether the numbers of packets begin anew at NEWKEYS, as strict key exchange demands.</summary>
    public bool RestartsSequence { get; init; } = true;

    public string Cipher { get; init; } = DefaultCipher;

    public string Mac { get; init; } = "hmac-sha2-256-etm@openssh.com";

    public string KeyExchange { get; init; } = "curve25519-sha256";

    public string HostKeyAlgorithm { get; init; } = "ssh-ed25519";

    /// <summary>Begins as a client of our server.</summary>
    public static async Task<(Socket Attacker, Task<SshConnection> Server)> AttackServerAsync(SshServerOptions? options = null)
    {
        (Socket attacker, Socket attacked) = await SshPair.ConnectSocketsAsync();
        return (attacker, SshConnection.AcceptAsync(attacked, options ?? SshPair.ServerOptions(new EchoHandler())));
    }

    /// <summary>Versions and offers; afterwards the values of the key agreement are due.</summary>
    public async Task OfferAsync(bool isServer)
    {
        await SendBytesAsync(Encoding.ASCII.GetBytes(Version + "\r\n"));
        _peerVersion = await ReadLineAsync();
        await SendOfferAsync(isServer);
        _peerInit = await ReceiveAsync(20);
    }

    /// <summary>The whole handshake as a client.</summary>
    public async Task HandshakeAsync()
    {
        await OfferAsync(isServer: false);
        (byte[] privateKey, byte[] publicKey) = X25519.Generate();
        await SendAsync(Packet(30, writer => writer.WriteBinary(publicKey)));
        byte[] reply = await ReceiveAsync(31);
        (byte[] hostKey, byte[] value) = ReadReply(reply);
        await UseKeysAsync(hostKey, publicKey, value, X25519.Agree(privateKey, value), isServer: false);
    }

    /// <summary>Asks to be authenticated.</summary>
    public async Task RequestServiceAsync()
    {
        await SendAsync(Packet(5, writer => writer.WriteString("ssh-userauth")));
        await ReceiveAsync(6);
    }

    /// <summary>Logs in as alice; afterwards the connection is the peer's to abuse.</summary>
    public async Task LogInAsync(SshPrivateKey key)
    {
        await RequestServiceAsync();
        await ProveAsync(key);
    }

    /// <summary>Proves a key as alice's.</summary>
    public async Task ProveAsync(SshPrivateKey key)
    {
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        byte[] unsigned = Packet(50, writer =>
        {
            writer.WriteString("alice");
            writer.WriteString("ssh-connection");
            writer.WriteString("publickey");
            writer.WriteBoolean(true);
            writer.WriteString(algorithm);
            writer.WriteBinary(key.PublicKey.Blob.Span);
        });
        byte[] signed = [.. Build(writer => writer.WriteBinary(SessionId)), .. unsigned];
        byte[] signature = key.Sign(algorithm, signed);
        await SendAsync([.. unsigned, .. Build(writer => writer.WriteBinary(signature))]);
        await ReceiveAsync(52);
    }

    /// <summary>The whole handshake as a server; a test may change the value, or what is signed and how.</summary>
    public async Task ServeHandshakeAsync(
        SshPrivateKey hostKey, byte[]? value = null, byte[]? hostKeyBlob = null, Func<byte[], byte[]>? sign = null)
    {
        await OfferAsync(isServer: true);
        byte[] clientValue = ReadValue(await ReceiveAsync(30));
        (byte[] privateKey, byte[] publicKey) = X25519.Generate();
        byte[] secret = clientValue.Length == X25519.KeySize ? X25519.Agree(privateKey, clientValue) : [1];
        value ??= publicKey;
        hostKeyBlob ??= hostKey.PublicKey.Blob.ToArray();
        byte[] hash = Hash(hostKeyBlob, clientValue, value, SharedSecret.AsMpint(secret), isServer: true);
        byte[] signature = sign?.Invoke(hash) ?? hostKey.Sign(HostKeyAlgorithm, hash);
        await SendAsync(Packet(31, writer =>
        {
            writer.WriteBinary(hostKeyBlob);
            writer.WriteBinary(value);
            writer.WriteBinary(signature);
        }));
        await UseKeysAsync(hostKeyBlob, clientValue, value, secret, isServer: true);
    }

    public Task SendOfferAsync(bool isServer)
    {
        string strict = isServer ? "kex-strict-s-v00@openssh.com" : "kex-strict-c-v00@openssh.com";
        _ownInit = Packet(20, writer =>
        {
            writer.WriteRaw(RandomNumberGenerator.GetBytes(16));
            foreach (string list in (string[])[$"{KeyExchange},{strict}", HostKeyAlgorithm, Cipher, Cipher, Mac, Mac, "none", "none", "", ""])
                writer.WriteString(list);
            writer.WriteBoolean(false);
            writer.WriteUInt32(0);
        });
        return SendAsync(_ownInit);
    }

    /// <summary>Sends a packet whose length or padding length may be a lie.</summary>
    public Task SendAsync(byte[] payload, uint? length = null, byte? padding = null) => SendBytesAsync(Seal(payload, length, padding));

    /// <summary>A packet as it would be sent now; it counts as sent.</summary>
    public byte[] Seal(byte[] payload, uint? length = null, byte? padding = null)
    {
        int filler = PacketFormat.PaddingFor(payload.Length, _outgoing);
        byte[] packet = new byte[5 + payload.Length + filler + _outgoing.TagSize];
        BinaryPrimitives.WriteUInt32BigEndian(packet, length ?? (uint)(1 + payload.Length + filler));
        packet[4] = padding ?? (byte)filler;
        payload.CopyTo(packet, 5);
        _outgoing.Seal(_sent++, packet);
        return packet;
    }

    public Task SendBytesAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask().WaitAsync(SshPair.Patience);

    /// <summary>Reads packets until one of a number comes.</summary>
    public async Task<byte[]> ReceiveAsync(byte number)
    {
        while (true)
        {
            byte[] payload = await ReadPacketAsync();
            if (payload[0] == number)
                return payload;
            if (payload[0] == 1)
                throw new IOException("disconnected: " + Encoding.UTF8.GetString(payload[9..]));
        }
    }

    /// <summary>Reads until the attacked side has closed the connection.</summary>
    public async Task AwaitEndAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await _stream.ReadAsync(buffer).AsTask().WaitAsync(SshPair.Patience) > 0)
            {
                // Its last words.
            }
        }
        catch (IOException)
        {
            // It closed with bytes of ours unread.
        }
    }

    public ValueTask DisposeAsync()
    {
        _outgoing.Dispose();
        _incoming.Dispose();
        return _stream.DisposeAsync();
    }

    public static byte[] Packet(byte number, Writing write) => [number, .. Build(write)];

    public static byte[] Build(Writing write)
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    public delegate void Writing(SshWriter writer);

    private async Task UseKeysAsync(byte[] hostKey, byte[] clientValue, byte[] serverValue, byte[] secret, bool isServer)
    {
        byte[] encoded = SharedSecret.AsMpint(secret);
        byte[] hash = Hash(hostKey, clientValue, serverValue, encoded, isServer);
        SessionId = SessionId.Length == 0 ? hash : SessionId;
        string mac = CipherAlgorithm.Get(Cipher).IsAuthenticated ? "" : Mac;
        SshNegotiatedAlgorithms negotiated = new(KeyExchange, HostKeyAlgorithm, Cipher, Cipher, mac, mac, StrictKeyExchange: true);
        KeySchedule schedule = new(HashAlgorithmName.SHA256, new ExchangeResult(encoded, hash), SessionId, negotiated);
        await SendAsync([21]);
        _outgoing = isServer ? schedule.CreateToClient() : schedule.CreateToServer();
        _sent = RestartsSequence ? 0 : _sent;
        await ReceiveAsync(21);
        _incoming = isServer ? schedule.CreateToServer() : schedule.CreateToClient();
        _received = 0;
    }

    private byte[] Hash(byte[] hostKey, byte[] clientValue, byte[] serverValue, byte[] secret, bool isServer)
    {
        (string clientVersion, string serverVersion) = isServer ? (_peerVersion, Version) : (Version, _peerVersion);
        (byte[] clientInit, byte[] serverInit) = isServer ? (_peerInit, _ownInit) : (_ownInit, _peerInit);
        byte[] data = Build(writer =>
        {
            writer.WriteString(clientVersion);
            writer.WriteString(serverVersion);
            foreach (byte[] part in (byte[][])[clientInit, serverInit, hostKey, clientValue, serverValue])
                writer.WriteBinary(part);
            writer.WriteRaw(secret);
        });
        return SHA256.HashData(data);
    }

    private async Task<string> ReadLineAsync()
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one).AsTask().WaitAsync(SshPair.Patience);
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
    }

    private async Task<byte[]> ReadPacketAsync()
    {
        byte[] head = new byte[_incoming.HeadSize];
        await _stream.ReadExactlyAsync(head).AsTask().WaitAsync(SshPair.Patience);
        uint length = _incoming.OpenLength(_received, head);
        byte[] packet = new byte[4 + length + _incoming.TagSize];
        head.CopyTo(packet, 0);
        await _stream.ReadExactlyAsync(packet.AsMemory(head.Length)).AsTask().WaitAsync(SshPair.Patience);
        _incoming.Open(_received++, packet);
        return packet[5..(int)(4 + length - packet[4])];
    }

    private static byte[] ReadValue(byte[] payload)
    {
        SshReader reader = new(payload.AsSpan(1));
        return reader.ReadBinary(payload.Length).ToArray();
    }

    private static (byte[] HostKey, byte[] Value) ReadReply(byte[] payload)
    {
        SshReader reader = new(payload.AsSpan(1));
        return (reader.ReadBinary(payload.Length).ToArray(), reader.ReadBinary(payload.Length).ToArray());
    }
}
