using Teleport.Node.Connections;
using Teleport.Node.Processes;
using Teleport.Ssh;

namespace Teleport.Node.Sessions;

/// <summary>A program on a terminal of its own.</summary>
internal sealed class TerminalProgram(NodeConnection connection, SshChannel channel, SessionLog log, ProcessStart start) : ISessionProgram
{
    /// <summary>One packet: several reads of a terminal, which gives 4 KiB at most, make one.</summary>
    private const int OutputBytes = 32 * 1024;

    /// <summary>For what the program's last moment printed to arrive, where a background job keeps the terminal open.</summary>
    private static readonly TimeSpan AfterExit = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private readonly PseudoTerminal _terminal = start.Terminal!;
    private volatile ChildProcess? _process;
    private volatile bool _exited;

    public async Task<ProcessExit?> RunAsync()
    {
        using SpawnedProcess program = connection.Context.Spawner.Start(start);
        _process = program.Process;
        if (await program.StartAsync(SpawnRequest.Of(start)) is { } error)
        {
            throw new IOException(error);
        }

        Task input = ChannelPumps.ToProgramAsync(channel, _terminal.Controller, closesAtEnd: false, connection.Activity);
        Task output = PumpAsync();
        await Task.WhenAny(program.Process.Exited, channel.Completion, output);
        if (channel.Completion.IsCompleted || output.IsFaulted)
        {
            // The programs learn it from the signal and from the terminal, which goes away.
            program.Process.HangUp();
            _terminal.Dispose();
        }
        else if (program.Process.Exited.IsCompleted)
        {
            _exited = true;
            _terminal.Controller.Wake();
        }

        try
        {
            await output;
        }
        catch (SshException)
        {
            // The connection is lost, and its close reason tells why.
        }

        channel.Input.CancelPendingRead();
        _terminal.Dispose();
        await input;

        // A program that has closed its terminal is of no use to its user, but its end may be a moment off.
        await Task.WhenAny(program.Process.Exited, Task.Delay(FarewellTime, connection.Context.Time));
        return program.Process.Exited.IsCompleted ? await program.Process.Exited : null;
    }

    public void Resize(TerminalSize size) => _terminal.Resize(size);

    public bool Signal(int number) => _process?.Signal(number) == true;

    public bool SendBreak() => _terminal.SendBreak();

    private async Task PumpAsync()
    {
        while (true)
        {
            if (!_exited)
            {
                await _terminal.Controller.WaitReadableAsync();
            }
            else if (!await IsReadableSoonAsync())
            {
                return;
            }

            Memory<byte> buffer = channel.Output.GetMemory(OutputBytes);
            (int count, bool ended) = Collect(buffer.Span);
            if (count > 0)
            {
                await log.OutputAsync(buffer[..count]);
                channel.Output.Advance(count);
                connection.Activity.OnSent(count);
            }

            if ((await channel.Output.FlushAsync()).IsCompleted || ended)
            {
                return;
            }
        }
    }

    /// <summary>Reads as much as is there now, up to a packet.</summary>
    private (int Count, bool Ended) Collect(Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            switch (_terminal.Controller.TryRead(buffer[total..]))
            {
                case null:
                    return (total, false);
                case 0:
                    return (total, true);
                case { } count:
                    total += count;
                    break;
            }
        }

        // There may be more: an edge is told once.
        _terminal.Controller.Wake();
        return (total, false);
    }

    private async Task<bool> IsReadableSoonAsync()
    {
        Task readable = _terminal.Controller.WaitReadableAsync().AsTask();
        return await Task.WhenAny(readable, Task.Delay(AfterExit)) == readable;
    }
}
