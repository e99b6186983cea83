using System.Buffers.Binary;
using CsCheck;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Keys;

/// <summary>Keys and certificates of every kind: read as written; cut off or with a length that lies, refused and nothing else.</summary>
public sealed class BlobPropertyTests
{
    public static TheoryData<SshKeyKind> Kinds => [.. Enum.GetValues<SshKeyKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void H01_PublicKey_CutOrLengthThatLies_IsRefused(SshKeyKind kind)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, 2048);
        byte[] blob = key.PublicKey.Blob.ToArray();

        Assert.Equal(key.PublicKey, SshPublicKey.FromBlob(blob));
        RefuseAll(blob, bytes => SshPublicKey.FromBlob(bytes));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void H01_Certificate_CutOrLengthThatLies_IsRefused(SshKeyKind kind)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, 2048);
        byte[] blob = Request(key.PublicKey, 1, "id", ["alice"]).Sign(key).Blob.ToArray();

        Assert.True(SshCertificate.FromBlob(blob).VerifySignature());
        RefuseAll(blob, bytes => SshCertificate.FromBlob(bytes));
    }

    [Fact]
    public void Certificate_AnyFields_AreReadAsWritten()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Gen.Select(Gen.ULong, Gen.String[0, 100], Gen.String[1, 20].Array[0, 20], Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 1, 20], Gen.String[0, 40])[0, 8])
            .Sample((serial, keyId, principals, options) =>
            {
                SshCertificateRequest request = Request(key.PublicKey, serial, keyId, principals) with
                {
                    Extensions = options.ToDictionary(option => option.Key, option => (string?)option.Value),
                };
                SshCertificate read = SshCertificate.FromBlob(request.Sign(key).Blob.Span);
                return read.Serial == serial && read.KeyId == keyId && read.Principals.SequenceEqual(principals) && read.VerifySignature()
                    && read.Extensions.Count == options.Count && options.All(option => read.GetExtensionString(option.Key) == option.Value);
            }, iter: 200);
    }

    private static SshCertificateRequest Request(SshPublicKey key, ulong serial, string keyId, string[] principals) => new()
    {
        Key = key,
        Serial = serial,
        Kind = SshCertificateKind.User,
        KeyId = keyId,
        Principals = principals,
        ValidAfter = DateTimeOffset.UnixEpoch,
        ValidBefore = null,
    };

    private static void RefuseAll(byte[] blob, Action<byte[]> read)
    {
        for (int length = 0; length < blob.Length; length++)
            Assert.ThrowsAny<SshException>(() => read(blob[..length]));
        Assert.ThrowsAny<SshException>(() => read([.. blob, 0]));

        foreach (uint lie in (uint[])[35_001, 100_000, int.MaxValue, 0x80000000, uint.MaxValue])
        {
            for (int offset = 0; offset + 4 <= blob.Length; offset++)
            {
                byte[] changed = [.. blob];
                BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(offset), lie);
                try
                {
                    read(changed);
                }
                catch (SshException)
                {
                    continue; // refused; what was no length may be as good as before
                }
            }
        }
    }
}
