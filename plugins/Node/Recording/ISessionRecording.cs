using Teleport.Node.Processes;

namespace Teleport.Node.Recording;

/// <summary>The running recording of a session. Safe for use by several threads.</summary>
internal interface ISessionRecording
{
    /// <summary>Keeps what the program printed. Waits when the disk cannot keep up, so that nothing is lost.</summary>
    ValueTask OutputAsync(ReadOnlyMemory<byte> printed);

    /// <summary>Keeps a new size of the terminal.</summary>
    ValueTask ResizeAsync(TerminalSize size);

    /// <summary>Completes the recording and hands it over to be uploaded.</summary>
    /// <param name="exit">How the program ended; <c>null</c>: not known.</param>
    ValueTask EndAsync(ProcessExit? exit);
}
