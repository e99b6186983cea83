using Teleport.Node.Processes;

namespace Teleport.Node.Sessions;

/// <summary>The running program of a session.</summary>
internal interface ISessionProgram
{
    /// <summary>Starts it and moves bytes until it has ended and everything it printed is sent, or the client has gone.</summary>
    /// <returns>How it ended; <c>null</c>: the client left it behind.</returns>
    /// <exception cref="IOException">It could not be started; the message is for the user.</exception>
    Task<ProcessExit?> RunAsync();

    void Resize(TerminalSize size);

    bool Signal(int number);

    bool SendBreak();
}
