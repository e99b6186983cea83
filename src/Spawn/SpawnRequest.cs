using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Teleport.Spawn;

/// <summary>What the node asks for. Layout and tags: docs/formats/spawn-request.md.</summary>
internal sealed class SpawnRequest
{
    /// <summary>Far above what an SSH packet can carry; argv and environment of a process are limited to 2 MiB by default.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public SpawnMode Mode { get; private set; }

    public string UserName { get; private set; } = "";

    public uint UserId { get; private set; }

    public uint GroupId { get; private set; }

    public string Home { get; private set; } = "/";

    public string Executable { get; private set; } = "";

    public List<string> Arguments { get; } = [];

    public List<string> Environment { get; } = [];

    /// <summary>Standard input is the terminal of a session of its own.</summary>
    public bool HasTerminal { get; private set; }

    /// <summary>A folder of a cgroup to join, or empty.</summary>
    public string Cgroup { get; private set; } = "";

    /// <summary>A file of the user's own variables, or empty.</summary>
    public string EnvironmentFile { get; private set; } = "";

    /// <summary>Files to show at the start of a shell.</summary>
    public List<string> Welcome { get; } = [];

    public string SocketPath { get; private set; } = "";

    /// <summary>The program is part of ours: it is opened before privileges are dropped, as its folder may be closed to the user.</summary>
    public bool IsOwnProgram { get; private set; }

    /// <summary>The program keeps the descriptor for events.</summary>
    public bool KeepsEvents { get; private set; }

    public static SpawnRequest Read(int descriptor)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(Descriptors.ReadExactly(descriptor, sizeof(int)));
        if (length is < 0 or > MaxBytes)
        {
            throw new SpawnException($"the request has {length} bytes, more than {MaxBytes}");
        }

        return Parse(Descriptors.ReadExactly(descriptor, length));
    }

    private static SpawnRequest Parse(ReadOnlySpan<byte> rest)
    {
        var request = new SpawnRequest();
        while (!rest.IsEmpty)
        {
            if (rest.Length < 5 || BinaryPrimitives.ReadInt32LittleEndian(rest[1..]) is var length && (length < 0 || length > rest.Length - 5))
            {
                throw new SpawnException("the request is truncated");
            }

            request.Set(rest[0], Text(rest.Slice(5, length)));
            rest = rest[(5 + length)..];
        }

        return request.UserName.Length == 0 ? throw new SpawnException("the request names no user") : request;
    }

    private static string Text(ReadOnlySpan<byte> utf8)
    {
        // A NUL would end the text early for the system and not for us.
        if (utf8.Contains((byte)0))
        {
            throw new SpawnException("the request contains a NUL byte");
        }

        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new SpawnException("the request is not UTF-8");
        }
    }

    private void Set(byte tag, string value)
    {
        switch (tag)
        {
            case 1: Mode = (SpawnMode)Number(value); break;
            case 2: UserName = value; break;
            case 3: UserId = Number(value); break;
            case 4: GroupId = Number(value); break;
            case 5: Home = value; break;
            case 6: Executable = value; break;
            case 7: Arguments.Add(value); break;
            case 8: Environment.Add(value); break;
            case 9: HasTerminal = true; break;
            case 10: Cgroup = value; break;
            case 11: EnvironmentFile = value; break;
            case 12: Welcome.Add(value); break;
            case 13: SocketPath = value; break;
            case 14: IsOwnProgram = true; break;
            case 15: KeepsEvents = true; break;
            default:
                // Whoever sends it relies on it: what is not understood is refused, not skipped.
                throw new SpawnException($"the request has the unknown tag {tag}: the node and its helper are of different versions");
        }
    }

    private static uint Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number
            : throw new SpawnException($"\"{text}\" in the request is no number");
}
