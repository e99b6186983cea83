using System.Net;
using Teleport.Ssh.Authentication;
using Teleport.Ssh.Keys;
using Teleport.Ssh.KeyExchange;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Transport;

/// <summary>The client's part of a key exchange: verifies that the server possesses its host key, and has it judged.</summary>
internal sealed class ClientExchange(IReadOnlyList<string> hostKeyAlgorithms, ISshHostKeyVerifier verifier, EndPoint? remote) : KeyExchangeRole
{
    private byte[]? _accepted;

    public override bool IsServer => false;

    public override IReadOnlyList<string> HostKeyAlgorithms => hostKeyAlgorithms;

    /// <summary>The certificate that the server proved itself with; <see langword="null"/> for a plain key.</summary>
    public SshCertificate? HostCertificate { get; private set; }

    public override async ValueTask<ExchangeResult> AgreeAsync(ExchangeContext context, KeyExchangePackets packets, CancellationToken ct)
    {
        using KeyAgreement agreement = context.Algorithm.Create();
        byte[] clientValue = agreement.CreateInit();
        packets.Send(new KeyAgreementInitMessage { Value = clientValue });

        Reply reply = Reply.Read(await packets.ReceiveAsync(KeyAgreementReplyMessage.Number, ct));
        byte[] secret = agreement.Complete(reply.Value);
        byte[] hash = context.Hash(reply.HostKey, clientValue, reply.Value, secret);

        // Possession first, then trust: whom the verifier judges has proved to be there.
        SshHostKeyOffer offer = VerifyPossession(context.Negotiated.HostKey, reply, hash);
        if (_accepted is null || !_accepted.AsSpan().SequenceEqual(reply.HostKey))
            await VerifyTrustAsync(offer, reply.HostKey, ct);

        return new ExchangeResult(secret, hash);
    }

    private SshHostKeyOffer VerifyPossession(string algorithm, Reply reply, byte[] hash)
    {
        SshCertificate? certificate = SignatureAlgorithms.IsCertificate(algorithm) ? SshCertificate.FromBlob(reply.HostKey) : null;
        SshPublicKey key = certificate?.Key ?? SshPublicKey.FromBlob(reply.HostKey);
        bool fits = certificate is null ? SignatureAlgorithms.Fits(algorithm, key) : SignatureAlgorithms.Fits(algorithm, certificate);
        if (!fits)
            throw new SshProtocolException($"The server sent a host key of type {key.Type}, although {algorithm} was agreed on.");
        if (!key.Verify(SignatureAlgorithms.SignatureOf(algorithm), hash, reply.Signature))
            throw new SshHostKeyException($"The server could not prove that it possesses the host key {key.Fingerprint}: its signature is wrong.");
        if (certificate is not null && !certificate.VerifySignature())
            throw new SshHostKeyException($"The host certificate of the key {key.Fingerprint} has a wrong signature of its authority.");

        return new SshHostKeyOffer(key, certificate, remote);
    }

    private async ValueTask VerifyTrustAsync(SshHostKeyOffer offer, byte[] blob, CancellationToken ct)
    {
        if (!await verifier.VerifyAsync(offer, ct))
            throw new SshHostKeyException($"The host key {offer.Key.Fingerprint} of the server is not trusted.");

        _accepted = blob;
        HostCertificate = offer.Certificate;
    }

    private sealed record Reply(byte[] HostKey, byte[] Value, byte[] Signature)
    {
        public static Reply Read(ReadOnlyMemory<byte> payload)
        {
            KeyAgreementReplyMessage message = MessageTable.Parse<KeyAgreementReplyMessage>(payload.Span);
            return new Reply(message.HostKey.ToArray(), message.Value.ToArray(), message.Signature.ToArray());
        }
    }
}
