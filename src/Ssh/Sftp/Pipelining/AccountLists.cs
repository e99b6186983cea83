using System.Buffers;

namespace Teleport.Ssh.Sftp.Pipelining;

/// <summary>The lists of users-groups-by-id@openssh.com: uint32 ids in a string, answered by as many strings in a string.</summary>
internal static class AccountLists
{
    private const int MaxNameLength = 256;

    public static ReadOnlySpan<byte> WriteIds(IReadOnlyList<uint> ids)
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        foreach (uint id in ids)
            writer.WriteUInt32(id);

        return buffer.WrittenSpan;
    }

    /// <exception cref="SshProtocolException">The server sent another number of names than was asked for.</exception>
    public static string[] ReadNames(ReadOnlySpan<byte> list, int count)
    {
        SshReader reader = new(list);
        string[] names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = reader.ReadString(MaxNameLength);

        reader.ExpectEnd();
        return names;
    }
}
