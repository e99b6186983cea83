using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Teleport.Node.Processes;

/// <summary>Writes requests for the helper. Layout and tags: docs/formats/spawn-request.md; the helper has the reader.</summary>
internal static class SpawnRequest
{
    private enum Tag : byte
    {
        Mode = 1,
        UserName = 2,
        UserId = 3,
        GroupId = 4,
        Home = 5,
        Executable = 6,
        Argument = 7,
        Variable = 8,
        HasTerminal = 9,
        Cgroup = 10,
        EnvironmentFile = 11,
        Welcome = 12,
        SocketPath = 13,
        IsOwnProgram = 14,
        KeepsEvents = 15,
    }

    public static byte[] Of(ProcessStart start)
    {
        var writer = Begin(start.User, SpawnMode.Execute);
        Add(writer, Tag.Executable, start.Executable);
        foreach (string argument in start.Arguments)
        {
            Add(writer, Tag.Argument, argument);
        }

        foreach ((string name, string value) in start.Environment)
        {
            Add(writer, Tag.Variable, $"{name}={value}");
        }

        AddIf(writer, Tag.HasTerminal, start.Terminal is not null);
        AddIf(writer, Tag.IsOwnProgram, start.IsOwnProgram);
        AddIf(writer, Tag.KeepsEvents, start.IsOwnProgram);
        if (start.Cgroup is { } cgroup)
        {
            Add(writer, Tag.Cgroup, cgroup);
        }

        if (start.EnvironmentFile is { } file)
        {
            Add(writer, Tag.EnvironmentFile, file);
        }

        foreach (string welcome in start.Welcome)
        {
            Add(writer, Tag.Welcome, welcome);
        }

        return End(writer);
    }

    public static byte[] OfSocket(LocalUser user, SpawnMode mode, string path)
    {
        var writer = Begin(user, mode);
        Add(writer, Tag.SocketPath, path);
        return End(writer);
    }

    private static ArrayBufferWriter<byte> Begin(LocalUser user, SpawnMode mode)
    {
        var writer = new ArrayBufferWriter<byte>(1024);
        // The length, once it is known.
        writer.GetSpan(sizeof(int))[..sizeof(int)].Clear();
        writer.Advance(sizeof(int));
        Add(writer, Tag.Mode, ((int)mode).ToString(CultureInfo.InvariantCulture));
        Add(writer, Tag.UserName, user.Name);
        Add(writer, Tag.UserId, user.UserId.ToString(CultureInfo.InvariantCulture));
        Add(writer, Tag.GroupId, user.GroupId.ToString(CultureInfo.InvariantCulture));
        Add(writer, Tag.Home, user.Home);
        return writer;
    }

    private static byte[] End(ArrayBufferWriter<byte> writer)
    {
        byte[] request = writer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length - sizeof(int));
        return request;
    }

    private static void AddIf(ArrayBufferWriter<byte> writer, Tag tag, bool condition)
    {
        if (condition)
        {
            Add(writer, tag, "");
        }
    }

    private static void Add(ArrayBufferWriter<byte> writer, Tag tag, string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Span<byte> span = writer.GetSpan(5 + length);
        span[0] = (byte)tag;
        BinaryPrimitives.WriteInt32LittleEndian(span[1..], length);
        Encoding.UTF8.GetBytes(value, span[5..]);
        writer.Advance(5 + length);
    }
}
