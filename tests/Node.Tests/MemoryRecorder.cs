using System.Text;
using Teleport.Node.Processes;
using Teleport.Node.Recording;

namespace Teleport.Node.Tests;

/// <summary>Keeps recordings for the test to look at.</summary>
internal sealed class MemoryRecorder : ISessionRecorder
{
    private readonly Lock _gate = new();
    private readonly List<Recording> _recordings = [];

    public string Mode => "node";

    public IReadOnlyList<Recording> Recordings
    {
        get
        {
            lock (_gate)
            {
                return [.. _recordings];
            }
        }
    }

    public ValueTask<ISessionRecording?> BeginAsync(RecordedSession session, CancellationToken cancellationToken)
    {
        var recording = new Recording(session);
        lock (_gate)
        {
            _recordings.Add(recording);
        }

        return ValueTask.FromResult<ISessionRecording?>(recording);
    }

    internal sealed class Recording(RecordedSession session) : ISessionRecording
    {
        private readonly StringBuilder _output = new();

        public RecordedSession Session => session;

        public string Output => _output.ToString();

        public List<TerminalSize> Sizes { get; } = [];

        public ProcessExit? Exit { get; private set; }

        public bool IsComplete { get; private set; }

        public ValueTask OutputAsync(ReadOnlyMemory<byte> printed)
        {
            _output.Append(Encoding.UTF8.GetString(printed.Span));
            return ValueTask.CompletedTask;
        }

        public ValueTask ResizeAsync(TerminalSize size)
        {
            Sizes.Add(size);
            return ValueTask.CompletedTask;
        }

        public ValueTask EndAsync(ProcessExit? exit)
        {
            (Exit, IsComplete) = (exit, true);
            return ValueTask.CompletedTask;
        }
    }
}
