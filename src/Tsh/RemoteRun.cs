using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Client.Terminals;
using Teleport.Ssh;
using Teleport.Ssh.Messages;
using Teleport.Ssh.Sessions;

namespace Teleport.Tsh;

/// <summary>Runs a shell or command on a host with the standard streams of this process.</summary>
internal sealed class RemoteRun(NodeConnection connection, SessionRequest request, string host)
{
    // RFC 4254 section 6.10, with the numbers that shells add to 128.
    private static readonly Dictionary<string, int> Signals = new(StringComparer.Ordinal)
    {
        ["HUP"] = 1, ["INT"] = 2, ["QUIT"] = 3, ["ILL"] = 4, ["ABRT"] = 6, ["FPE"] = 8, ["KILL"] = 9, ["USR1"] = 10, ["SEGV"] = 11, ["USR2"] = 12, ["PIPE"] = 13, ["ALRM"] = 14, ["TERM"] = 15,
    };

    /// <summary>Runs to the end.</summary>
    /// <returns>The exit status of the program; that of a failed transport if the user disconnected.</returns>
    /// <exception cref="TeleportException">The host refused, or the connection was lost; the message says why.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using SshSession session = await SshSession.OpenAsync(connection.Node, handler: null, cancellationToken);
            await StartAsync(session, cancellationToken);
            return await CarryAsync(session, cancellationToken);
        }
        catch (SshConnectionException e)
        {
            throw Lost(e);
        }
        catch (SshChannelOpenException e)
        {
            throw new TeleportException(ErrorCode.AccessDenied, $"{host} refused a session: {(e.Description.Length > 0 ? e.Description : e.Message)}", e);
        }
    }

    /// <summary>All requests go out at once; their answers come in the same order.</summary>
    private async Task StartAsync(SshSession session, CancellationToken cancellationToken)
    {
        foreach ((string name, string value) in request.Variables)
        {
            await session.SetEnvAsync(name, value, cancellationToken);
        }

        Task<bool>? agent = request.ForwardAgent ? session.RequestAgentForwardingAsync(cancellationToken) : null;
        var asked = new List<(Task<bool> Answer, string What)>();
        if (request.Terminal)
        {
            (int columns, int rows) = LocalTerminal.Size;
            var terminal = new PtyRequest(LocalTerminal.Kind, (uint)columns, (uint)rows, 0, 0, LocalTerminal.Modes);
            asked.Add((session.Channel.SendRequestAsync(terminal, wantReply: true, cancellationToken), "a terminal"));
        }

        asked.Add(request.Command is { } command
            ? (session.Channel.SendRequestAsync(new ExecRequest(command), wantReply: true, cancellationToken), "the command")
            : (session.Channel.SendRequestAsync(new ShellRequest(), wantReply: true, cancellationToken), "a shell"));
        if (agent is not null && !await agent)
        {
            await Console.Error.WriteLineAsync("warning: the host does not allow the key agent to be forwarded; your roles need the option forward_agent");
        }

        foreach ((Task<bool> answer, string what) in asked)
        {
            if (!await answer)
            {
                string said = await SaidAsync(session);
                throw TeleportException.AccessDenied(said.Length > 0 ? $"{host} refused {what}: {said}" : $"{host} refused {what}; your roles may not allow it");
            }
        }
    }

    private async Task<int> CarryAsync(SshSession session, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Left to itself at the end: a read of a terminal cannot be called off.
        using TerminalMode? raw = request is { Terminal: true, ReadsInput: true } ? LocalTerminal.EnterRawMode() : null;
        using PosixSignalRegistration? resize = request.Terminal ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize(session)) : null;
        var input = new SessionInput(session, raw, request.HasEscapeKeys);
        Task typed = request.ReadsInput ? input.SendAsync(stop.Token) : session.Channel.SendEofAsync().AsTask();
        using Stream output = LocalTerminal.OpenOutput();
        using Stream errors = LocalTerminal.OpenError();
        Task outputs = Task.WhenAll(CopyAsync(session.Stdout, output, stop), CopyAsync(session.Stderr, errors, stop));
        if (await Task.WhenAny(outputs, input.Disconnected) != outputs)
        {
            await connection.Node.CloseAsync(SshDisconnectReason.ByApplication, "The user disconnected.");
            await Quietly(outputs);
            return SessionRunner.TransportFailed;
        }

        await outputs;
        SshExitStatus exit = await session.WaitForExitAsync(cancellationToken);
        await stop.CancelAsync();
        raw?.Dispose();
        if (typed.IsFaulted)
        {
            await typed;
        }

        return exit is { Code: null, Signal: null } ? throw Lost(null) : await ReportAsync(exit);
    }

    /// <summary>Copies to the end. Where nobody reads any more, as behind a pipe, there is nothing to wait for on the other output either.</summary>
    private static async Task CopyAsync(PipeReader from, Stream to, CancellationTokenSource stop)
    {
        try
        {
            await from.CopyToAsync(to, stop.Token);
        }
        catch (IOException)
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task<int> ReportAsync(SshExitStatus exit)
    {
        if (request is { Command: null, Terminal: true })
        {
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"the connection was closed on the remote side on {TimeProvider.System.GetUtcNow():dd MMM yy HH:mm} UTC"));
        }
        else if (exit.ShellCode != 0 && !request.Quiet)
        {
            await Console.Error.WriteLineAsync(exit.Signal is { } signal
                ? $"error: Process was ended by signal {Names.Printable(signal.Signal)}"
                : $"error: Process exited with status {exit.ShellCode}");
        }

        return exit.Signal is { } by && Signals.TryGetValue(by.Signal, out int number) ? exit.ShellCode + number : exit.ShellCode;
    }

    private static void Resize(SshSession session)
    {
        (int columns, int rows) = LocalTerminal.Size;
        // Sent without waiting; one that is lost with the connection is not missed.
        _ = Quietly(session.ResizeAsync((uint)columns, (uint)rows));
    }

    /// <summary>What the host says of a refusal, for a moment.</summary>
    private static async Task<string> SaidAsync(SshSession session)
    {
        using var said = new MemoryStream();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Quietly(session.Stderr.CopyToAsync(said, limit.Token));
        return Names.PrintableLines(Encoding.UTF8.GetString(said.ToArray())).Trim();
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is SshException or IOException or OperationCanceledException)
        {
            // What it was for is over.
        }
    }

    private TeleportException Lost(Exception? cause) => TeleportException.Unavailable($"the connection was closed on the remote side: {connection.EndReason}", cause);
}
