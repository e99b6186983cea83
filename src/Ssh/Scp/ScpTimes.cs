using System.Globalization;

namespace Teleport.Ssh.Scp;

/// <summary>The line that gives times: <c>T[modified] 0 [accessed] 0</c>, in seconds since 1970.</summary>
internal static class ScpTimes
{
    public static string Format(DateTimeOffset modified, DateTimeOffset accessed) => string.Create(
        CultureInfo.InvariantCulture, $"T{Math.Max(0, modified.ToUnixTimeSeconds())} 0 {Math.Max(0, accessed.ToUnixTimeSeconds())} 0\n");

    /// <summary>The time of the last change; the other is not kept.</summary>
    public static DateTimeOffset Parse(string line)
    {
        string[] parts = line[1..].Split(' ');
        return parts.Length == 4 && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new SshProtocolException($"'{TextForPeople.Clean(line)}' gives no times of the scp protocol.");
    }
}
