using Teleport.Ssh.Keys;

namespace Teleport.Ssh.KeyAgent;

/// <summary>Answers the requests of one connection from an <see cref="ISshAgent"/>.</summary>
/// <remarks>Requests beyond listing, signing, adding and removing (locking, extensions, smart cards) are answered by a failure.</remarks>
public static class SshAgentServer
{
    /// <summary>Serves until the peer closes the stream or breaks the protocol.</summary>
    /// <param name="stream">The connection, which the caller disposes.</param>
    /// <param name="agent">Who has the keys.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SshProtocolException">The peer's framing is broken; close the stream.</exception>
    public static async Task ServeAsync(Stream stream, ISshAgent agent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(agent);
        while (await AgentFrame.ReadAsync(stream, cancellationToken) is { } request)
        {
            byte[] answer;
            try
            {
                answer = await AnswerAsync(agent, request, cancellationToken);
            }
            catch (SshException)
            {
                answer = [AgentMessage.Failure]; // the protocol has no room for a reason
            }

            await AgentFrame.WriteAsync(stream, answer, cancellationToken);
        }
    }

    private static async ValueTask<byte[]> AnswerAsync(ISshAgent agent, byte[] request, CancellationToken cancellationToken)
    {
        switch (request[0])
        {
            case AgentMessage.RequestIdentities:
                return WriteIdentities(await agent.ListAsync(cancellationToken));

            case AgentMessage.SignRequest:
                (byte[] identity, string algorithm, byte[] data) = ReadSign(request);
                byte[] signature = await agent.SignAsync(identity, algorithm, data, cancellationToken);
                return BlobBuilder.Build((ref SshWriter writer) =>
                {
                    writer.WriteByte(AgentMessage.SignResponse);
                    writer.WriteBinary(signature);
                });

            case AgentMessage.AddIdentity or AgentMessage.AddConstrainedIdentity:
                (SshPrivateKey key, SshCertificate? certificate, string comment, SshAgentConstraints constraints) = ReadAdd(request);
                using (key)
                    await agent.AddAsync(key, certificate, comment, constraints, cancellationToken);
                return [AgentMessage.Success];

            case AgentMessage.RemoveIdentity:
                await agent.RemoveAsync(ReadRemove(request), cancellationToken);
                return [AgentMessage.Success];

            case AgentMessage.RemoveAllIdentities:
                await agent.RemoveAllAsync(cancellationToken);
                return [AgentMessage.Success];

            default:
                return [AgentMessage.Failure];
        }
    }

    private static byte[] WriteIdentities(IReadOnlyList<SshAgentIdentity> identities) => BlobBuilder.Build((ref SshWriter writer) =>
    {
        writer.WriteByte(AgentMessage.IdentitiesAnswer);
        writer.WriteUInt32((uint)identities.Count);
        foreach (SshAgentIdentity identity in identities)
        {
            writer.WriteBinary(identity.Blob.Span);
            writer.WriteString(identity.Comment);
        }
    });

    private static (byte[] Identity, string Algorithm, byte[] Data) ReadSign(ReadOnlySpan<byte> request)
    {
        SshReader reader = new(request[1..]);
        byte[] identity = reader.ReadBinary(AgentMessage.MaxLength).ToArray();
        byte[] data = reader.ReadBinary(AgentMessage.MaxLength).ToArray();
        uint flags = reader.ReadUInt32();
        reader.ExpectEnd();

        IReadOnlyList<string> algorithms = SshAgentIdentity.FromBlob(identity, "").PublicKey.SignatureAlgorithms;
        string? algorithm = algorithms.Count == 1 ? algorithms[0] : (flags & AgentMessage.FlagRsaSha512) != 0 ? KeyTypes.RsaSha512
            : (flags & AgentMessage.FlagRsaSha256) != 0 ? KeyTypes.RsaSha256 : null;
        return (identity, algorithm ?? throw new SshKeyException("Signatures with SHA-1 are refused."), data);
    }

    private static (SshPrivateKey Key, SshCertificate? Certificate, string Comment, SshAgentConstraints Constraints) ReadAdd(ReadOnlySpan<byte> request)
    {
        SshReader reader = new(request[1..]);
        string type = reader.ReadString(KeyTypes.MaxNameLength);
        SshCertificate? certificate = SshCertificate.IsCertificateType(type) ? SshCertificate.FromBlob(reader.ReadBinary(AgentMessage.MaxLength)) : null;
        SshPrivateKey key = certificate is null ? SshPrivateKey.ReadFields(type, ref reader) : SshPrivateKey.ReadSecretFields(certificate, ref reader);
        try
        {
            if (certificate is not null && (certificate.Type != type || !certificate.Key.Equals(key.PublicKey)))
                throw new SshProtocolException("A certificate does not fit the key it comes with.");

            string comment = reader.ReadString(AgentMessage.MaxCommentLength);
            SshAgentConstraints constraints = request[0] == AgentMessage.AddConstrainedIdentity ? ReadConstraints(ref reader) : SshAgentConstraints.None;
            reader.ExpectEnd();
            return (key, certificate, comment, constraints);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static SshAgentConstraints ReadConstraints(ref SshReader reader)
    {
        SshAgentConstraints constraints = SshAgentConstraints.None;
        while (reader.Remaining > 0)
        {
            constraints = reader.ReadByte() switch
            {
                AgentMessage.ConstrainLifetime => constraints with { Lifetime = TimeSpan.FromSeconds(reader.ReadUInt32()) },
                AgentMessage.ConstrainConfirm => constraints with { Confirm = true },
                byte other => throw new SshKeyException($"The constraint {other} is not supported, so the key would be used more freely than asked."),
            };
        }

        return constraints;
    }

    private static byte[] ReadRemove(ReadOnlySpan<byte> request)
    {
        SshReader reader = new(request[1..]);
        byte[] identity = reader.ReadBinary(AgentMessage.MaxLength).ToArray();
        reader.ExpectEnd();
        return identity;
    }
}
