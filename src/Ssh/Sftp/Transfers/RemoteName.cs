namespace Teleport.Ssh.Sftp.Transfers;

/// <summary>Decides whether a name that a peer sent may become a file name here (H16).</summary>
internal static class RemoteName
{
    private const int MaxLength = 255;

    /// <exception cref="SftpException">The name has a separator, is "." or "..", or has control characters.</exception>
    public static void Check(string name, string folder)
    {
        if (!IsPlain(name))
        {
            throw new SftpException(
                SftpStatus.Failure,
                $"The peer sent '{TextForPeople.Clean(name)}' as the name of a file in {TextForPeople.Clean(folder)}; it is refused, as it is no plain file name.");
        }
    }

    public static bool IsPlain(string name) =>
        name.Length is > 0 and <= MaxLength
        && name is not ("." or "..")
        && !name.AsSpan().ContainsAny('/', '\0')
        && (!OperatingSystem.IsWindows() || name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) < 0)
        && !name.Any(char.IsControl);

    /// <summary>The last part of a path that the user typed.</summary>
    public static string LastPart(string path)
    {
        string name = path.TrimEnd('/');
        name = name[(name.LastIndexOf('/') + 1)..];
        return IsPlain(name) ? name : throw new SftpException(SftpStatus.Failure, $"'{TextForPeople.Clean(path)}' does not end in a file name. Give the target's full name.");
    }
}
