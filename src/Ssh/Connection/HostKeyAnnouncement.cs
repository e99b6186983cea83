using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Connection;

/// <summary>A server's announcement of all its host keys, and the proof that it has them (OpenSSH's PROTOCOL, section 2.5).</summary>
/// <remarks>
/// <code>
/// hostkeys-00@openssh.com        string[] keys, no reply
/// hostkeys-prove-00@openssh.com  string[] keys; the reply is string[] signatures, each over
///                                string name of this request, string session id, string key
/// </code>
/// </remarks>
internal sealed class HostKeyAnnouncement
{
    public const string AnnounceName = "hostkeys-00@openssh.com";
    public const string ProveName = "hostkeys-prove-00@openssh.com";

    private const int MaxKeys = 32;
    private const int MaxLength = 16 * 1024;

    private readonly IReadOnlyList<SshCredential> _own;
    private readonly Func<IReadOnlyList<SshPublicKey>, CancellationToken, ValueTask>? _learn;
    private readonly byte[] _sessionId;

    private HostKeyAnnouncement(
        IReadOnlyList<SshCredential> own, Func<IReadOnlyList<SshPublicKey>, CancellationToken, ValueTask>? learn, byte[] sessionId)
    {
        _own = own;
        _learn = learn;
        _sessionId = sessionId;
    }

    public static HostKeyAnnouncement OfServer(IReadOnlyList<SshCredential> hostKeys, byte[] sessionId) => new(hostKeys, learn: null, sessionId);

    public static HostKeyAnnouncement OfClient(Func<IReadOnlyList<SshPublicKey>, CancellationToken, ValueTask> learn, byte[] sessionId) =>
        new([], learn, sessionId);

    /// <summary>Server: tells the client of the keys.</summary>
    public void Announce(GlobalRequests requests)
    {
        byte[][] keys = [.. _own.Select(credential => credential.PublicKey).Distinct().Select(key => key.Blob.ToArray())];
        if (keys.Length > 0)
            _ = requests.SendAsync(AnnounceName, Strings(keys), wantReply: false);
    }

    /// <summary>Answers the peer's request, if it is the one that this side has to answer.</summary>
    /// <exception cref="SshProtocolException">The request is malformed.</exception>
    public async ValueTask<SshGlobalReply> AnswerAsync(GlobalRequests requests, InboundRequest request, CancellationToken ct)
    {
        if (_learn is null)
            return request.Name == ProveName ? await ProveAsync(request.Payload, ct) : SshGlobalReply.Failure;
        if (request.Name == AnnounceName)
            await LearnAsync(requests, request.Payload, ct);

        return SshGlobalReply.Failure; // an announcement wants no reply
    }

    private async ValueTask<SshGlobalReply> ProveAsync(byte[] payload, CancellationToken ct)
    {
        List<byte[]> signatures = [];
        foreach (byte[] blob in ReadStrings(payload))
        {
            SshCredential? credential = _own.FirstOrDefault(own => own.PublicKey.Blob.Span.SequenceEqual(blob));
            if (credential is null)
                return SshGlobalReply.Failure;

            signatures.Add(await credential.SignAsync(credential.PublicKey.SignatureAlgorithms[0], SignedData(blob), ct));
        }

        return SshGlobalReply.Success(Strings(signatures));
    }

    private async ValueTask LearnAsync(GlobalRequests requests, byte[] payload, CancellationToken ct)
    {
        List<SshPublicKey> keys = [];
        foreach (byte[] blob in ReadStrings(payload))
        {
            try
            {
                keys.Add(SshPublicKey.FromBlob(blob));
            }
            catch (SshKeyException)
            {
                continue; // of a type that we do not use
            }
        }

        byte[] question = Strings(keys.Select(key => key.Blob.ToArray()));
        SshGlobalReply reply = await requests.SendAsync(ProveName, question, wantReply: true).WaitAsync(ct);
        if (!reply.IsSuccess)
            return;

        List<byte[]> signatures = ReadStrings(reply.Payload.ToArray());
        if (signatures.Count == keys.Count && keys.Zip(signatures).All(pair => IsProven(pair.First, pair.Second)))
            await _learn!(keys, ct);
    }

    /// <summary>An RSA key may be proven by either hash; the signature says which.</summary>
    private bool IsProven(SshPublicKey key, byte[] signature) =>
        key.SignatureAlgorithms.Any(algorithm => key.Verify(algorithm, SignedData(key.Blob.Span), signature));

    private byte[] SignedData(ReadOnlySpan<byte> blob) => BlobBuilder.Build(ProveName, _sessionId, blob.ToArray());

    private static byte[] Strings(IEnumerable<byte[]> values) => BlobBuilder.Build((ref SshWriter writer) =>
    {
        foreach (byte[] value in values)
            writer.WriteBinary(value);
    });

    private static List<byte[]> ReadStrings(byte[] payload)
    {
        SshReader reader = new(payload);
        List<byte[]> values = [];
        while (reader.Remaining > 0)
        {
            if (values.Count == MaxKeys)
                throw new SshProtocolException($"The peer named more than {MaxKeys} host keys.");

            values.Add(reader.ReadBinary(MaxLength).ToArray());
        }

        return values;
    }
}
