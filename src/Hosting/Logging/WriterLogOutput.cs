using Microsoft.Extensions.Logging;

namespace Teleport.Hosting.Logging;

/// <summary>Writes lines to a stream: a file, or one of the process.</summary>
internal sealed class WriterLogOutput(TextWriter writer, bool wantsTimestamps, bool ownsWriter) : ILogOutput
{
    private readonly Lock _gate = new();

    public bool WantsTimestamps => wantsTimestamps;

    /// <summary>Appends to a file that only its owner can read.</summary>
    public static WriterLogOutput ToFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new WriterLogOutput(new StreamWriter(new FileStream(path, options)) { AutoFlush = true }, wantsTimestamps: true, ownsWriter: true);
    }

    public void Write(LogLevel level, string line)
    {
        lock (_gate)
        {
            try
            {
                writer.WriteLine(line);
            }
            catch (IOException)
            {
                // A full disk or a closed terminal must not end the service, and there is nowhere else to say so.
                return;
            }
        }
    }

    public void Dispose()
    {
        if (ownsWriter)
        {
            lock (_gate)
            {
                writer.Dispose();
            }
        }
    }
}
