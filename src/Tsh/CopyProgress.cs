using System.Globalization;
using Teleport.Client.Profiles;
using Teleport.Ssh.Sftp;

namespace Teleport.Tsh;

/// <summary>Shows how copying goes: a line that moves on a terminal, and one line for each file that is done.</summary>
/// <param name="output">Where to.</param>
/// <param name="arrow"><c>-&gt;</c> to a node, <c>&lt;-</c> from one.</param>
/// <param name="isMoving">Whether somebody looks.</param>
/// <param name="time">The clock.</param>
internal sealed class CopyProgress(TextWriter output, string arrow, bool isMoving, TimeProvider time) : IProgress<SftpProgress>
{
    private const int BarWidth = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private string? _path;
    private long _begun;
    private long _shown;
    private bool _hasMovingLine;

    /// <inheritdoc/>
    public void Report(SftpProgress value)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_path != value.Path)
            {
                (_path, _begun, _shown) = (value.Path, now, 0);
            }

            bool done = value.Transferred >= value.Total;
            if (done)
            {
                Clear();
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{arrow} {Names.Printable(value.Path)} ({value.Transferred})"));
            }
            else if (isMoving && (_shown == 0 || time.GetElapsedTime(_shown, now) >= Interval))
            {
                _shown = now;
                _hasMovingLine = true;
                output.Write($"\r\e[K{Line(value, time.GetElapsedTime(_begun, now))}");
                output.Flush();
            }
        }
    }

    private void Clear()
    {
        if (_hasMovingLine)
        {
            output.Write("\r\e[K");
            _hasMovingLine = false;
        }
    }

    private string Line(SftpProgress value, TimeSpan elapsed)
    {
        double share = value.Total > 0 ? (double)value.Transferred / value.Total : 0;
        int filled = (int)(share * BarWidth);
        double rate = elapsed.TotalSeconds > 0.2 ? value.Transferred / elapsed.TotalSeconds / (1024 * 1024) : 0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{arrow} {Names.Printable(value.Path)} [{new string('#', filled)}{new string('.', BarWidth - filled)}] {share:P0} {rate:0.0} MiB/s");
    }
}
