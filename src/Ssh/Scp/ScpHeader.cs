using System.Globalization;
using Teleport.Ssh.Sftp.Transfers;

namespace Teleport.Ssh.Scp;

/// <summary>The lines that announce a file or directory: <c>C0644 123 name</c>, <c>D0755 0 name</c>.</summary>
/// <param name="Mode">Permissions.</param>
/// <param name="Size">Bytes of a file.</param>
/// <param name="Name">Its name, without folders.</param>
internal readonly record struct ScpHeader(uint Mode, long Size, string Name)
{
    private const int MaxModeDigits = 5;

    public static ScpHeader Parse(string line)
    {
        string[] parts = line.Split(' ', 3);
        if (parts is not [{ Length: > 1 and <= 1 + MaxModeDigits } mode, { } size, { } name]
            || mode.AsSpan(1).ContainsAnyExceptInRange('0', '7')
            || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
            throw new SshProtocolException($"'{TextForPeople.Clean(line)}' is not a file of the scp protocol.");
        if (!RemoteName.IsPlain(name))
            throw new SshProtocolException($"The peer of scp sent '{TextForPeople.Clean(name)}' as a file name; it is refused, as it is no plain name.");

        return new ScpHeader(Convert.ToUInt32(mode[1..], 8), bytes, name);
    }

    public string Format(char kind) => $"{kind}{Convert.ToString(Mode & 0xfff, 8).PadLeft(4, '0')} {Size.ToString(CultureInfo.InvariantCulture)} {Name}\n";
}
