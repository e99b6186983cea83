using System.Globalization;

namespace Teleport.Ssh.Sftp.Local;

/// <summary>The line that ls -l would print.</summary>
internal static class LongName
{
    private static readonly TimeSpan Recent = TimeSpan.FromDays(182);

    public static string Format(string name, in LibC.FileStatus status, string? user, string? group, DateTimeOffset now)
    {
        DateTimeOffset time = LocalAttributes.From(status).Times!.Value.Modify;
        string date = time > now - Recent && time <= now
            ? time.ToString("MMM dd HH:mm", CultureInfo.InvariantCulture)
            : time.ToString("MMM dd  yyyy", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Mode(status.Mode)} {status.LinkCount,4} {user ?? status.UserId.ToString(CultureInfo.InvariantCulture),-8} " +
            $"{group ?? status.GroupId.ToString(CultureInfo.InvariantCulture),-8} {status.Size,8} {date} {name}");
    }

    private static string Mode(uint mode) => string.Create(10, mode, static (text, mode) =>
    {
        text[0] = (mode & 0xf000) switch
        {
            0x1000 => 'p',
            0x2000 => 'c',
            0x4000 => 'd',
            0x6000 => 'b',
            0xa000 => 'l',
            0xc000 => 's',
            _ => '-',
        };
        for (int i = 0; i < 9; i++)
            text[i + 1] = (mode & (0x100 >> i)) != 0 ? "rwx"[i % 3] : '-';
        Special(text, 3, mode & 0x800, 's');
        Special(text, 6, mode & 0x400, 's');
        Special(text, 9, mode & 0x200, 't');
    });

    private static void Special(Span<char> text, int at, uint bit, char mark)
    {
        if (bit != 0)
            text[at] = text[at] == 'x' ? mark : char.ToUpperInvariant(mark);
    }
}
