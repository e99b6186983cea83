using System.Security.Cryptography;
using System.Text;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>What a FIDO security key signs around the data (OpenSSH's PROTOCOL.u2f, "SSH U2F Signatures").</summary>
internal static class SecurityKeySignature
{
    public const int MaxApplicationLength = 1024;

    private const byte UserPresent = 0x01;

    /// <summary>Builds the signed message: hash of the application, flags, counter, hash of the data. False without a touch.</summary>
    /// <param name="application">The key's application.</param>
    /// <param name="data">What was to be signed.</param>
    /// <param name="rest">What follows the signature's value: byte flags, uint32 counter.</param>
    /// <param name="message">What the token has signed.</param>
    /// <exception cref="SshProtocolException">Flags and counter are malformed.</exception>
    public static bool TryGetMessage(string application, ReadOnlySpan<byte> data, ReadOnlySpan<byte> rest, out byte[] message)
    {
        SshReader reader = new(rest);
        byte flags = reader.ReadByte();
        uint counter = reader.ReadUInt32();
        reader.ExpectEnd();

        message = BlobBuilder.Build((ref SshWriter writer) =>
        {
            writer.WriteRaw(SHA256.HashData(Encoding.UTF8.GetBytes(application)));
            writer.WriteByte(flags);
            writer.WriteUInt32(counter);
        });
        message = [.. message, .. SHA256.HashData(data)];
        return (flags & UserPresent) != 0;
    }
}
