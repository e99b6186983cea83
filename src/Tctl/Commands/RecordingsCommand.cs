using System.CommandLine;
using Teleport.Client.Commands;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl recordings ls</c>.</summary>
internal sealed class RecordingsCommand : Command
{
    public RecordingsCommand(GlobalOptions globals)
        : base("recordings", "List recordings of sessions.") => Add(new RecordingRange().Create(globals.OpenAsync));
}
