using System.Runtime.InteropServices;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>A user of the operating system, as its password database says.</summary>
internal sealed unsafe record LocalUser(string Name, uint UserId, uint GroupId, string Home, string Shell)
{
    private const string DefaultShell = "/bin/sh";
    private const int FirstBufferBytes = 4096;
    private const int MaxBufferBytes = 1024 * 1024;

    /// <summary>The user of that name.</summary>
    /// <returns><c>null</c>: there is none.</returns>
    /// <exception cref="IOException">The database cannot be asked.</exception>
    public static LocalUser? Find(string name)
    {
        // The database answers to "1000" or to an empty name in some configurations; a login is a name.
        if (name.Length is 0 or > 255 || name.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        for (int length = FirstBufferBytes; ; length *= 2)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)length);
            try
            {
                PasswordEntry entry;
                PasswordEntry* found;
                int error = LibC.getpwnam_r(name, &entry, buffer, (nuint)length, &found);
                if (error == LibC.ERANGE && length < MaxBufferBytes)
                {
                    continue;
                }

                if (found is null)
                {
                    // What "no such user" looks like differs between name services; all of these mean it.
                    return error is 0 or 2 or 3 or 9 or LibC.EPERM ? null : throw NativeError.Of($"Cannot look up the login {name}", error);
                }

                string canonical = Marshal.PtrToStringUTF8((nint)entry.Name) ?? "";
                string shell = Marshal.PtrToStringUTF8((nint)entry.Shell) ?? "";
                string home = Marshal.PtrToStringUTF8((nint)entry.Home) ?? "";

                // Byte for byte: a directory that ignores case must not turn a permitted login into another.
                return canonical != name ? null : new LocalUser(
                    name, entry.UserId, entry.GroupId, home.Length == 0 ? "/" : home, shell.Length == 0 ? DefaultShell : shell);
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
    }
}
