using Teleport.Ssh.Authentication;
using Teleport.Ssh.Keys;
using Teleport.Ssh.KeyExchange;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Transport;

/// <summary>The server's part of a key exchange: answers the client's value and signs the exchange hash.</summary>
internal sealed class ServerExchange(IReadOnlyList<SshCredential> hostKeys) : KeyExchangeRole
{
    public override bool IsServer => true;

    public override IReadOnlyList<string> HostKeyAlgorithms { get; } = SignatureAlgorithms.OfHostKeys(hostKeys);

    public override async ValueTask<ExchangeResult> AgreeAsync(ExchangeContext context, KeyExchangePackets packets, CancellationToken ct)
    {
        using KeyAgreement agreement = context.Algorithm.Create();
        byte[] clientValue = ReadValue(await packets.ReceiveAsync(KeyAgreementInitMessage.Number, ct));
        (byte[] secret, byte[] reply) = agreement.Respond(clientValue);

        (SshCredential credential, byte[] blob) = FindHostKey(context.Negotiated.HostKey);
        byte[] hash = context.Hash(blob, clientValue, reply, secret);
        byte[] signature = await credential.SignAsync(SignatureAlgorithms.SignatureOf(context.Negotiated.HostKey), hash, ct);
        packets.Send(new KeyAgreementReplyMessage { HostKey = blob, Value = reply, Signature = signature });
        return new ExchangeResult(secret, hash);
    }

    private static byte[] ReadValue(ReadOnlyMemory<byte> payload) => MessageTable.Parse<KeyAgreementInitMessage>(payload.Span).Value.ToArray();

    private (SshCredential Credential, byte[] Blob) FindHostKey(string algorithm)
    {
        foreach (SshCredential credential in hostKeys)
        {
            if (credential.Certificate is { } certificate && SignatureAlgorithms.Fits(algorithm, certificate))
                return (credential, certificate.Blob.ToArray());
            if (SignatureAlgorithms.Fits(algorithm, credential.PublicKey))
                return (credential, credential.PublicKey.Blob.ToArray());
        }

        throw new InvalidOperationException($"No host key fits {algorithm}, which was offered.");
    }
}
