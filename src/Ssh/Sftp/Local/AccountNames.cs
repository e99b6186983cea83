using System.Runtime.InteropServices;

namespace Teleport.Ssh.Sftp.Local;

/// <summary>Names of users and groups, looked up once each; bounded, as ids come from files.</summary>
internal sealed class AccountNames
{
    private const int MaxCached = 4096;
    private const int BufferSize = 16 * 1024;
    private const int EntryWords = 16;

    // struct passwd: name, password, uid and gid (one word together), comment, home, shell.
    private const int HomeWord = 4;

    private readonly Dictionary<uint, string?> _users = [];
    private readonly Dictionary<uint, string?> _groups = [];

    public string? FindUser(uint id) => Cached(_users, id, static id =>
    {
        Span<nint> entry = stackalloc nint[EntryWords];
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true); // the entry points into it
        return LibC.FindUser(id, entry, buffer, BufferSize, out nint result) == 0 && result != 0 ? Marshal.PtrToStringUTF8(entry[0]) : null;
    });

    public string? FindGroup(uint id) => Cached(_groups, id, static id =>
    {
        Span<nint> entry = stackalloc nint[EntryWords];
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        return LibC.FindGroup(id, entry, buffer, BufferSize, out nint result) == 0 && result != 0 ? Marshal.PtrToStringUTF8(entry[0]) : null;
    });

    public static string? FindHome(string user)
    {
        Span<nint> entry = stackalloc nint[EntryWords];
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
        return LibC.FindUser(user, entry, buffer, BufferSize, out nint result) == 0 && result != 0 ? Marshal.PtrToStringUTF8(entry[HomeWord]) : null;
    }

    private static string? Cached(Dictionary<uint, string?> cache, uint id, Func<uint, string?> find)
    {
        if (cache.TryGetValue(id, out string? name))
            return name;

        name = find(id);
        if (cache.Count < MaxCached)
            cache.Add(id, name);
        return name;
    }
}
