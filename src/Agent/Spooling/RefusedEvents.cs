using Microsoft.Extensions.Logging;

namespace Teleport.Agent.Spooling;

/// <summary>Keeps events that the auth service will not take, for people to look at.</summary>
internal sealed partial class RefusedEvents(string file, ILogger logger)
{
    private const long MaxBytes = 16 * 1024 * 1024;

    public async Task KeepAsync(ReadOnlyMemory<byte> line, string reason)
    {
        await using var output = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        if (output.Length + line.Length > MaxBytes)
        {
            LogDropped(file, MaxBytes, reason);
            return;
        }

        LogRefused(file, reason);
        await output.WriteAsync((byte[])[.. line.Span, (byte)'\n']);
    }

    [LoggerMessage(1131, LogLevel.Error, "The auth service refuses an audit event; it is kept in {File}: {Reason}")]
    private partial void LogRefused(string file, string reason);

    [LoggerMessage(1134, LogLevel.Error, "The auth service refuses an audit event, which is lost, since {File} has {Limit} bytes already: {Reason} Look into the file and remove it.")]
    private partial void LogDropped(string file, long limit, string reason);
}
