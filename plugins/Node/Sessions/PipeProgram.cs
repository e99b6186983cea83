using Teleport.Node.Connections;
using Teleport.Node.Processes;
using Teleport.Ssh;

namespace Teleport.Node.Sessions;

/// <summary>A program without a terminal: its three streams are pipes.</summary>
internal sealed class PipeProgram(NodeConnection connection, SshChannel channel, SessionLog log, ProcessStart start) : ISessionProgram
{
    /// <summary>How long a program may take to end after its user has gone, for its exit to be in the audit log.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private volatile ChildProcess? _process;

    public async Task<ProcessExit?> RunAsync()
    {
        using SpawnedProcess program = connection.Context.Spawner.Start(start);
        _process = program.Process;
        if (await program.StartAsync(SpawnRequest.Of(start)) is { } error)
        {
            throw new IOException(error);
        }

        Task input = ChannelPumps.ToProgramAsync(channel, program.Input!, closesAtEnd: true, connection.Activity);
        Task output = Task.WhenAll(
            ChannelPumps.FromProgramAsync(program.Output!, channel, connection.Activity),
            ChannelPumps.ErrorsFromProgramAsync(program.Errors!, channel, connection.Activity));
        Task events = program.Events is { } reports ? FileEvents.ReadAsync(reports, log) : Task.CompletedTask;
        bool isComplete = await EndsAsync(output, program);
        channel.Input.CancelPendingRead();
        program.Input!.Dispose();
        await input;
        if (!isComplete)
        {
            await Task.WhenAny(program.Process.Exited, Task.Delay(FarewellTime, connection.Context.Time));
            return program.Process.Exited.IsCompleted ? await program.Process.Exited : null;
        }

        await events;
        return await program.Process.Exited;
    }

    public void Resize(TerminalSize size)
    {
        // Nobody sees it.
    }

    public bool Signal(int number) => _process?.Signal(number) == true;

    public bool SendBreak() => false;

    /// <summary>Waits for the end of everything printed.</summary>
    /// <returns><c>false</c>: the client was gone first, and the program was told.</returns>
    private async Task<bool> EndsAsync(Task output, SpawnedProcess program)
    {
        await Task.WhenAny(output, channel.Completion);
        bool isComplete = output.IsCompletedSuccessfully;
        if (!isComplete)
        {
            program.Process.HangUp();
            program.Output!.Dispose();
            program.Errors!.Dispose();
            program.Events?.Dispose();
        }

        try
        {
            await output;
        }
        catch (SshException)
        {
            // The connection is lost, and its close reason tells why.
        }

        return isComplete;
    }
}
