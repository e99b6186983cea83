using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Teleport.Ssh.Sftp.Local;

/// <summary>File functions of Linux that the base library lacks. All set errno.</summary>
internal static partial class LibC
{
    public const int CurrentFolder = -100;
    public const int NoFollow = 0x100;
    public const int EmptyPath = 0x1000;

    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NoTerminal = 0x100;
    public const int Truncate = 0x200;
    public const int Append = 0x400;
    public const int CloseOnExec = 0x80000;

    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatX(int folder, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatX(SafeFileHandle file, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport(Name, EntryPoint = "fchmodat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(int folder, string path, uint mode, int flags);

    [LibraryImport(Name, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport(Name, EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(int folder, string path, uint user, uint group, int flags);

    [LibraryImport(Name, EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport(Name, EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeTimes(int folder, string path, ReadOnlySpan<TimeValue> times, int flags);

    [LibraryImport(Name, EntryPoint = "futimens", SetLastError = true)]
    public static partial int ChangeTimes(SafeFileHandle file, ReadOnlySpan<TimeValue> times);

    [LibraryImport(Name, EntryPoint = "truncate", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeSize(string path, long size);

    [LibraryImport(Name, EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int ChangeSize(SafeFileHandle file, long size);

    [LibraryImport(Name, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport(Name, EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    [LibraryImport(Name, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport(Name, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string oldPath, string newPath);

    [LibraryImport(Name, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int HardLink(string target, string path);

    [LibraryImport(Name, EntryPoint = "symlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SymbolicLink(string target, string path);

    [LibraryImport(Name, EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ReadLink(string path, Span<byte> buffer, nuint size);

    [LibraryImport(Name, EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint RealPath(string path, Span<byte> resolved);

    [LibraryImport(Name, EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatVfs(string path, out VolumeStatus status);

    [LibraryImport(Name, EntryPoint = "fstatvfs", SetLastError = true)]
    public static partial int StatVfs(SafeFileHandle file, out VolumeStatus status);

    [LibraryImport(Name, EntryPoint = "getpwuid_r")]
    public static partial int FindUser(uint id, Span<nint> entry, Span<byte> buffer, nuint size, out nint result);

    [LibraryImport(Name, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FindUser(string name, Span<nint> entry, Span<byte> buffer, nuint size, out nint result);

    [LibraryImport(Name, EntryPoint = "getgrgid_r")]
    public static partial int FindGroup(uint id, Span<nint> entry, Span<byte> buffer, nuint size, out nint result);

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeValue
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct statx, which has the same layout on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(16)]
        public uint LinkCount;

        [FieldOffset(20)]
        public uint UserId;

        [FieldOffset(24)]
        public uint GroupId;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(64)]
        public long AccessTime;

        [FieldOffset(112)]
        public long ModifyTime;
    }

    /// <summary>struct statvfs on 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    public struct VolumeStatus
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Files;
        public ulong FreeFiles;
        public ulong AvailableFiles;
        public ulong Id;
        public ulong Flags;
        public ulong MaxNameLength;
    }
}
