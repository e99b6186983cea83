using System.Text;

namespace Teleport.Spawn;

/// <summary>Adds variables from a file of the user's own. Read as the user, so whatever the path leads to is the user's to read.</summary>
internal static unsafe class UserEnvironment
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxVariables = 256;

    /// <summary>What would turn a forced command or the loader into something else, or would lie about the session.</summary>
    private static readonly string[] Refused =
        ["LD_", "DYLD_", "BASH_ENV", "ENV=", "IFS=", "SSH_", "TELEPORT_", "HOME=", "USER=", "LOGNAME=", "SHELL=", "GCONV_PATH", "NLSPATH", "MALLOC_", "GLIBC_"];

    public static void AddFromFile(SpawnRequest request)
    {
        if (request.EnvironmentFile.Length == 0 || ReadFile(request.EnvironmentFile) is not { } text)
        {
            return;
        }

        int added = 0;
        foreach (ReadOnlySpan<char> raw in text.EnumerateLines())
        {
            ReadOnlySpan<char> line = raw.Trim();
            int mark = line.IndexOf('=');
            if (mark <= 0 || line[0] == '#' || IsRefused(line) || !IsName(line[..mark]) || added == MaxVariables)
            {
                continue;
            }

            string name = line[..(mark + 1)].ToString();
            request.Environment.RemoveAll(variable => variable.StartsWith(name, StringComparison.Ordinal));
            request.Environment.Add(line.ToString());
            added++;
        }
    }

    private static bool IsRefused(ReadOnlySpan<char> line)
    {
        foreach (string prefix in Refused)
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return !char.IsAsciiDigit(name[0]);
    }

    /// <summary>The text of a plain file, or <c>null</c> when there is none that the user can read.</summary>
    private static string? ReadFile(string path)
    {
        // Not blocking: a FIFO in its place must not hold up the login.
        int descriptor = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        if (descriptor < 0)
        {
            return null;
        }

        var buffer = new byte[MaxBytes];
        int length = 0;
        fixed (byte* pointer = buffer)
        {
            while (length < MaxBytes && LibC.read(descriptor, pointer + length, (nuint)(MaxBytes - length)) is > 0 and var count)
            {
                length += (int)count;
            }
        }

        _ = LibC.close(descriptor);
        return buffer.AsSpan(0, length).Contains((byte)0) ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }
}
