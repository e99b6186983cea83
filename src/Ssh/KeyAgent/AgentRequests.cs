using Teleport.Ssh.Keys;

namespace Teleport.Ssh.KeyAgent;

/// <summary>Builds the requests of a client and reads the answers.</summary>
internal static class AgentRequests
{
    public static byte[] List() => [AgentMessage.RequestIdentities];

    public static byte[] RemoveAll() => [AgentMessage.RemoveAllIdentities];

    public static byte[] Remove(ReadOnlySpan<byte> identity) => [AgentMessage.RemoveIdentity, .. Binary(identity)];

    public static byte[] Sign(ReadOnlySpan<byte> identity, string signatureAlgorithm, ReadOnlySpan<byte> data) =>
        [AgentMessage.SignRequest, .. Binary(identity), .. Binary(data), .. UInt32(FlagsOf(signatureAlgorithm))];

    public static byte[] Add(SshPrivateKey key, SshCertificate? certificate, string comment, SshAgentConstraints constraints)
    {
        if (certificate is not null && !certificate.Key.Equals(key.PublicKey))
            throw new SshKeyException("The certificate is for another key than the one to add.");

        bool constrained = constraints.Lifetime is not null || constraints.Confirm;
        return BlobBuilder.Build((ref SshWriter writer) =>
        {
            writer.WriteByte(constrained ? AgentMessage.AddConstrainedIdentity : AgentMessage.AddIdentity);
            writer.WriteString(certificate?.Type ?? key.PublicKey.Type);
            if (certificate is null)
            {
                key.WriteFields(ref writer);
            }
            else
            {
                writer.WriteBinary(certificate.Blob.Span);
                key.WriteSecretFields(ref writer);
            }

            writer.WriteString(comment);
            if (constraints.Lifetime is { } lifetime)
            {
                writer.WriteByte(AgentMessage.ConstrainLifetime);
                writer.WriteUInt32((uint)Math.Clamp(lifetime.TotalSeconds, 1, uint.MaxValue));
            }

            if (constraints.Confirm)
                writer.WriteByte(AgentMessage.ConstrainConfirm);
        });
    }

    public static IReadOnlyList<SshAgentIdentity> ReadIdentities(ReadOnlySpan<byte> answer)
    {
        SshReader reader = new(answer[1..]);
        uint count = reader.ReadUInt32();
        if (count > AgentMessage.MaxIdentities)
            throw new SshProtocolException($"The key agent claims {count} keys; at most {AgentMessage.MaxIdentities} are read.");

        List<SshAgentIdentity> identities = [];
        for (uint i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> blob = reader.ReadBinary(AgentMessage.MaxLength);
            string comment = reader.ReadString(AgentMessage.MaxLength);
            try
            {
                identities.Add(SshAgentIdentity.FromBlob(blob, comment));
            }
            catch (SshException)
            {
                continue; // of a type we cannot use, such as DSA
            }
        }

        reader.ExpectEnd();
        return identities;
    }

    public static byte[] ReadSignature(ReadOnlySpan<byte> answer, string expectedAlgorithm)
    {
        SshReader reader = new(answer[1..]);
        byte[] signature = reader.ReadBinary(AgentMessage.MaxLength).ToArray();
        reader.ExpectEnd();

        // Old agents know no flags and answer with SHA-1.
        string algorithm = new SshReader(signature).ReadString(KeyTypes.MaxNameLength);
        return algorithm == expectedAlgorithm
            ? signature
            : throw new SshKeyException($"The key agent signed with '{TextForPeople.Clean(algorithm)}' in place of '{expectedAlgorithm}'. Update the agent.");
    }

    private static uint FlagsOf(string signatureAlgorithm) => signatureAlgorithm switch
    {
        KeyTypes.RsaSha256 => AgentMessage.FlagRsaSha256,
        KeyTypes.RsaSha512 => AgentMessage.FlagRsaSha512,
        _ => 0,
    };

    private static byte[] Binary(ReadOnlySpan<byte> value)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new(4 + value.Length);
        SshWriter writer = new(buffer);
        writer.WriteBinary(value);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] UInt32(uint value) => BlobBuilder.Build((ref SshWriter writer) => writer.WriteUInt32(value));
}
