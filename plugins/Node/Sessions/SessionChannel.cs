using System.Globalization;
using System.Text;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Node.Connections;
using Teleport.Node.Processes;
using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Node.Sessions;

/// <summary>A session channel: collects what the client wants, and runs one program.</summary>
internal sealed class SessionChannel(NodeConnection connection, SessionPermissions permissions) : ISshChannelHandler
{
    /// <summary>What clients see when no program ran, as with OpenSSH.</summary>
    private const uint NotStarted = 255;

    private readonly TaskCompletionSource<SessionPlan?> _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionRequest _request = new();
    private SshChannel? _channel;
    private SessionLog? _log;
    private string? _agentSocket;
    private volatile ISessionProgram? _program;

    public async ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct) => name switch
    {
        "env" => !_start.Task.IsCompleted && SshPayload.Parse<EnvRequest>(data) is var env && _request.Client.TryAdd(env.Variable, env.Value),
        "pty-req" => OnTerminal(SshPayload.Parse<PtyRequest>(data)),
        "window-change" => await OnResizeAsync(SshPayload.Parse<WindowChange>(data)),
        "shell" => await StartAsync(channel, command: null),
        "exec" => await StartAsync(channel, SshPayload.Parse<ExecRequest>(data).Command),
        "subsystem" => await OnSubsystemAsync(channel, SshPayload.Parse<SubsystemRequest>(data).Subsystem),
        "signal" => OnSignal(SshPayload.Parse<SignalRequest>(data).Signal),
        "break" => _program?.SendBreak() == true,
        "auth-agent-req@openssh.com" => OnAgent(),
        _ => false,
    };

    /// <summary>Waits for the program to be named, runs it, and closes the channel.</summary>
    public async Task RunAsync(SshChannel channel)
    {
        _channel = channel;
        try
        {
            await Task.WhenAny(_start.Task, channel.Completion);
            if (_start.Task.IsCompleted && await _start.Task is { } plan)
            {
                await (plan.Refusal is { } refusal ? FinishAsync(channel, exit: null, refusal) : RunAsync(channel, plan));
            }
        }
        catch (SshException)
        {
            // The connection is lost, and its close reason tells why.
        }
        // A supervision boundary: one session's failure is reported and ends nothing else.
        catch (Exception e)
        {
            connection.Report(e, $"A session of {connection.User.Identity.UserName}");
            await FailAsync(channel);
        }
        finally
        {
            _start.TrySetResult(null);
            connection.Forget(this);
            await channel.DisposeAsync();
        }
    }

    /// <summary>Tells the user something, if somebody looks at a terminal.</summary>
    public async Task TellAsync(string text, TimeSpan limit)
    {
        if (_request.Terminal is null || _channel is not { } channel)
        {
            return;
        }

        using var giveUp = new CancellationTokenSource(limit, connection.Context.Time);
        try
        {
            await channel.WriteErrorAsync(Encoding.UTF8.GetBytes($"\r\n{text}\r\n"), giveUp.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SshException)
        {
            // A client that does not read, or has gone, cannot be told.
        }
    }

    private static async Task FailAsync(SshChannel channel)
    {
        try
        {
            await FinishAsync(channel, exit: null, "The session failed on the server; its log has the reason.");
        }
        catch (SshException)
        {
            // Gone as well.
        }
    }

    private bool OnTerminal(PtyRequest request)
    {
        if (_start.Task.IsCompleted || _request.Terminal is not null || !connection.User.Identity.PermitPty)
        {
            return false;
        }

        _request.Terminal = request;
        _request.Size = new TerminalSize(request.Columns, request.Rows, request.WidthPixels, request.HeightPixels);
        return true;
    }

    private async ValueTask<bool> OnResizeAsync(WindowChange change)
    {
        if (_request.Terminal is null)
        {
            return false;
        }

        TerminalSize size = new(change.Columns, change.Rows, change.WidthPixels, change.HeightPixels);
        if (size == _request.Size)
        {
            return true;
        }

        _request.Size = size;
        _program?.Resize(size);
        if (_log is { } log)
        {
            await log.ResizeAsync(size);
        }

        return true;
    }

    private bool OnSignal(string name) => SignalNames.Number(name) is { } number && _program?.Signal(number) == true;

    private bool OnAgent()
    {
        if (_start.Task.IsCompleted || !permissions.AgentForwarding)
        {
            return false;
        }

        _agentSocket ??= connection.Agent.Open();
        return _agentSocket is not null;
    }

    private async ValueTask<bool> OnSubsystemAsync(SshChannel channel, string name)
    {
        if (_start.Task.IsCompleted)
        {
            return false;
        }

        if (name != "sftp")
        {
            connection.Emit(new SubsystemEvent { Name = name, ExitError = "unknown subsystem" });
            await WriteErrorAsync(channel, $"The subsystem {name} is not known here; sftp is.");
            return false;
        }

        return await StartAsync(channel, SessionPlan.OfSftp(connection));
    }

    private ValueTask<bool> StartAsync(SshChannel channel, string? command)
    {
        _request.Command = command;
        return StartAsync(channel, SessionPlan.Of(connection, command, _request.Terminal is not null));
    }

    private async ValueTask<bool> StartAsync(SshChannel channel, SessionPlan plan)
    {
        if (plan.FileCopy is { } copy && !(permissions.FileCopy && connection.Context.Options.SshFileCopy))
        {
            const string Why = "Copying files is not allowed here, by the policy of your roles or of this node. Ask an administrator for ssh_file_copy.";
            connection.Emit(FileCopyRefusal(copy, Why));
            if (plan.Subsystem is not null)
            {
                await WriteErrorAsync(channel, Why);
                return false;
            }

            // As a program that fails: clients do not show what comes before a request that fails.
            return _start.TrySetResult(plan with { Refusal = Why });
        }

        return _start.TrySetResult(plan);
    }

    private static ServerEvent FileCopyRefusal(FileCopyCommand copy, string why) => copy.Program == "scp"
        ? new ScpEvent { Action = copy.IsUpload ? "upload" : "download", Path = copy.Path, ExitError = why }
        : new SftpEvent { Action = "refused", Path = copy.Path, Error = why };

    private async Task RunAsync(SshChannel channel, SessionPlan plan)
    {
        NodeMetrics.Sessions.Add(1);
        PseudoTerminal? terminal = null;
        ProcessExit? exit = null;
        string? failure = null;
        try
        {
            _log = await SessionLog.BeginAsync(connection, Guid.NewGuid(), _request, isTransfer: plan.IsOwnProgram, channel.Connection.Closed);
            terminal = _request.Terminal is { } asked ? PseudoTerminal.Open(connection.Context.Descriptors, _request.Size, asked.Modes.Span) : null;
            _program = Program(channel, plan, terminal);
            exit = await _program.RunAsync();
        }
        catch (Exception e) when (e is IOException or TeleportException)
        {
            failure = e.Message;
            connection.Report(e, $"Starting a session of {connection.User.Identity.UserName} as {connection.User.Local.Name}");
        }
        finally
        {
            terminal?.Dispose();
            _program = null;
            NodeMetrics.Sessions.Add(-1);
        }

        if (_log is not null)
        {
            EmitFileCopy(plan, exit, failure);
            await _log.EndAsync(exit, failure);
        }

        await FinishAsync(channel, exit, failure);
    }

    private ISessionProgram Program(SshChannel channel, SessionPlan plan, PseudoTerminal? terminal)
    {
        var start = new ProcessStart
        {
            User = connection.User.Local,
            Executable = plan.Executable,
            Arguments = plan.Arguments,
            Environment = SessionEnvironment.Build(connection, _log!.SessionId, _request, terminal?.Path, _agentSocket),
            Terminal = terminal,
            EnvironmentFile = connection.Context.Options.PermitUserEnv ? Path.Combine(connection.User.Local.Home, ".tsh/environment") : null,
            Welcome = plan.Welcome,
            IsOwnProgram = plan.IsOwnProgram,
        };
        return terminal is null ? new PipeProgram(connection, channel, _log, start) : new TerminalProgram(connection, channel, _log, start);
    }

    private void EmitFileCopy(SessionPlan plan, ProcessExit? exit, string? failure)
    {
        string? error = failure ?? (exit is { Code: 0 } ? null : "the transfer did not complete");
        if (plan.Subsystem is { } subsystem)
        {
            _log!.Emit(new SubsystemEvent { Name = subsystem, ExitError = failure });
        }
        else if (plan.FileCopy is { Program: "scp" } copy)
        {
            _log!.Emit(new ScpEvent
            {
                Action = copy.IsUpload ? "upload" : "download",
                Path = copy.Path,
                Command = _request.Command,
                ExitCode = exit?.Code.ToString(CultureInfo.InvariantCulture),
                ExitError = error,
            });
        }
    }

    /// <summary>Tells the client how it ended.</summary>
    private static async Task FinishAsync(SshChannel channel, ProcessExit? exit, string? failure)
    {
        if (failure is not null)
        {
            await WriteErrorAsync(channel, failure);
        }

        if (exit is { Signal: > 0 } killed)
        {
            await channel.SendRequestAsync(new ExitSignal(SignalNames.Name(killed.Signal), killed.CoreDumped, "", ""), wantReply: false);
        }
        else
        {
            await channel.SendRequestAsync(new ExitStatus((uint?)exit?.Code ?? NotStarted), wantReply: false);
        }

        await channel.SendEofAsync();
        await channel.CloseAsync();
    }

    private static ValueTask WriteErrorAsync(SshChannel channel, string text) => channel.WriteErrorAsync(Encoding.UTF8.GetBytes(text + "\r\n"));
}
