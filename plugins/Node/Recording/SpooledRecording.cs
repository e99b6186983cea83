using Microsoft.Extensions.Logging;
using Teleport.Agent;
using Teleport.Node.Processes;
using Teleport.Recordings;

namespace Teleport.Node.Recording;

/// <summary>A recording on this host's disk.</summary>
internal sealed partial class SpooledRecording(RecordingWriter writer, RecordingSpool spool, ILogger logger) : ISessionRecording
{
    public ValueTask OutputAsync(ReadOnlyMemory<byte> printed) => writer.WriteOutputAsync(printed, CancellationToken.None);

    public ValueTask ResizeAsync(TerminalSize size) => writer.WriteResizeAsync(size.UsedColumns, size.UsedRows, CancellationToken.None);

    public async ValueTask EndAsync(ProcessExit? exit)
    {
        await writer.CompleteAsync(new RecordingEnd { ExitStatus = exit is { Signal: 0 } ended ? ended.Code : null });
        await writer.DisposeAsync();
        if (writer.Failure is { } failure)
        {
            LogIncomplete(writer.SessionId, failure.Message);
        }

        spool.Finish(writer.SessionId);
    }

    [LoggerMessage(4040, LogLevel.Error, "The recording of session {SessionId} is incomplete: {Reason} Make room on the disk of the data folder.")]
    private partial void LogIncomplete(Guid sessionId, string reason);
}
