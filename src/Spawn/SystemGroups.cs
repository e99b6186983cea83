using System.Runtime.InteropServices;

namespace Teleport.Spawn;

/// <summary>Groups of the operating system.</summary>
internal static unsafe class SystemGroups
{
    /// <summary>The id of a group, or <c>null</c>.</summary>
    public static uint? Find(string name)
    {
        byte* native = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            GroupEntry* entry = LibC.getgrnam(native);
            return entry is null ? null : entry->GroupId;
        }
        finally
        {
            Marshal.FreeCoTaskMem((nint)native);
        }
    }
}
