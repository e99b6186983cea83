using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Resources;
using Teleport.Agent;
using Teleport.Recordings;

namespace Teleport.Node.Recording;

/// <summary>Records to this host's disk, from where recordings are uploaded when their sessions have ended.</summary>
internal sealed class SpooledRecorder(RecordingSpool spool, Func<RecordingConfigSpec> config, ILoggerFactory loggers) : ISessionRecorder
{
    private const string Off = "off";

    public string Mode => config().Mode;

    public ValueTask<ISessionRecording?> BeginAsync(RecordedSession session, CancellationToken cancellationToken)
    {
        if (Mode == Off)
        {
            return ValueTask.FromResult<ISessionRecording?>(null);
        }

        RecordingWriter writer = spool.Begin(new RecordingStart
        {
            SessionId = session.SessionId,
            Begun = session.Started,
            User = session.User,
            Login = session.Login,
            Hostname = session.ServerHostname,
            HostId = session.ServerId,
            ClusterName = session.ClusterName,
            Columns = session.Size?.UsedColumns ?? 0,
            Rows = session.Size?.UsedRows ?? 0,
            Terminal = session.Terminal,
            Command = session.Command,
        });
        return ValueTask.FromResult<ISessionRecording?>(new SpooledRecording(writer, spool, loggers.CreateLogger<SpooledRecording>()));
    }
}
