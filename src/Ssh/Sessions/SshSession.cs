using System.IO.Pipelines;
using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Sessions;

/// <summary>A client's session channel (RFC 4254 section 6): environment and terminal first, then one command, shell or subsystem.</summary>
/// <remarks>Read both outputs: unread data of one stops the other, as they share a window.</remarks>
public sealed class SshSession : IAsyncDisposable
{
    private SshSession(SshChannel channel) => Channel = channel;

    /// <summary>The channel below.</summary>
    public SshChannel Channel { get; }

    /// <summary>The command's standard input; completing it sends EOF.</summary>
    public PipeWriter Stdin => Channel.Output;

    /// <summary>The command's standard output.</summary>
    public PipeReader Stdout => Channel.Input;

    /// <summary>The command's standard error; nothing if it has a terminal.</summary>
    public PipeReader Stderr => Channel.ErrorInput;

    /// <summary>Opens a session.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="handler">Serves what the server asks of the channel; <see langword="null"/> refuses it.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="SshChannelOpenException">The server refused.</exception>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public static async Task<SshSession> OpenAsync(
        SshConnection connection, ISshChannelHandler? handler = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new SshSession(await connection.OpenChannelAsync("session", handler: handler, ct: ct));
    }

    /// <summary>Asks for an environment variable; servers refuse most names, and do not say so here.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="value">Its value.</param>
    /// <param name="ct">Cancels the waiting.</param>
    public async Task SetEnvAsync(string name, string value, CancellationToken ct = default) =>
        _ = await Channel.SendRequestAsync(new EnvRequest(name, value), wantReply: false, ct);

    /// <summary>Asks for a terminal.</summary>
    /// <param name="term">The value of TERM, such as <c>xterm-256color</c>.</param>
    /// <param name="columns">Width in characters.</param>
    /// <param name="rows">Height in characters.</param>
    /// <param name="modes">Encoded terminal modes (RFC 4254 section 8); empty for the server's defaults.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="SshException">The server refused.</exception>
    public Task RequestPtyAsync(string term, uint columns, uint rows, ReadOnlyMemory<byte> modes = default, CancellationToken ct = default) =>
        RequireAsync(new PtyRequest(term, columns, rows, 0, 0, modes), "a terminal", ct);

    /// <summary>Asks for forwarding of the key agent; the server then opens channels of type <c>auth-agent@openssh.com</c>.</summary>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>Whether the server agreed.</returns>
    public Task<bool> RequestAgentForwardingAsync(CancellationToken ct = default) =>
        Channel.SendRequestAsync(new AgentRequest(), wantReply: true, ct);

    /// <summary>Asks for forwarding of X11; the server then opens channels of type <c>x11</c>, whose cookie is the one given here.</summary>
    /// <param name="protocol">The authentication protocol, such as <c>MIT-MAGIC-COOKIE-1</c>.</param>
    /// <param name="cookie">A cookie in hexadecimal, made for this session: not the display's own, which the server need not know.</param>
    /// <param name="screen">The screen's number.</param>
    /// <param name="singleConnection">Whether only one connection is forwarded.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>Whether the server agreed.</returns>
    public Task<bool> RequestX11ForwardingAsync(
        string protocol, string cookie, uint screen = 0, bool singleConnection = false, CancellationToken ct = default) =>
        Channel.SendRequestAsync(new X11Request(singleConnection, protocol, cookie, screen), wantReply: true, ct);

    /// <summary>Starts a command.</summary>
    /// <param name="command">The command line, for the user's shell on the server.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="SshException">The server refused.</exception>
    public Task ExecAsync(string command, CancellationToken ct = default) => RequireAsync(new ExecRequest(command), "the command", ct);

    /// <summary>Starts the user's shell.</summary>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="SshException">The server refused.</exception>
    public Task ShellAsync(CancellationToken ct = default) => RequireAsync(new ShellRequest(), "a shell", ct);

    /// <summary>Starts a subsystem.</summary>
    /// <param name="name">The subsystem, such as <c>sftp</c>.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <exception cref="SshException">The server refused.</exception>
    public Task SubsystemAsync(string name, CancellationToken ct = default) =>
        RequireAsync(new SubsystemRequest(name), $"the subsystem {name}", ct);

    /// <summary>Tells the server of the terminal's new size.</summary>
    /// <param name="columns">Width in characters.</param>
    /// <param name="rows">Height in characters.</param>
    /// <param name="ct">Cancels the waiting.</param>
    public async Task ResizeAsync(uint columns, uint rows, CancellationToken ct = default) =>
        _ = await Channel.SendRequestAsync(new WindowChange(columns, rows, 0, 0), wantReply: false, ct);

    /// <summary>Sends a signal to the command.</summary>
    /// <param name="signal">The name without SIG, such as <c>TERM</c>.</param>
    /// <param name="ct">Cancels the waiting.</param>
    public async Task SignalAsync(string signal, CancellationToken ct = default) =>
        _ = await Channel.SendRequestAsync(new SignalRequest(signal), wantReply: false, ct);

    /// <summary>Sends a break to the terminal (RFC 4335), for machines that are reached by a serial line.</summary>
    /// <param name="length">How long; the server may round it.</param>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>Whether the server did it.</returns>
    public Task<bool> BreakAsync(TimeSpan length, CancellationToken ct = default) =>
        Channel.SendRequestAsync(new BreakRequest((uint)Math.Clamp(length.TotalMilliseconds, 0, uint.MaxValue)), wantReply: true, ct);

    /// <summary>Waits until the server has closed the channel, which it does when the command has ended and its output is sent.</summary>
    /// <param name="ct">Cancels the waiting.</param>
    /// <returns>What the server said of the end; nothing if the connection was lost before.</returns>
    public async Task<SshExitStatus> WaitForExitAsync(CancellationToken ct = default)
    {
        await Channel.Completion.WaitAsync(ct);
        return new SshExitStatus(Channel.ExitStatus, Channel.ExitSignal);
    }

    /// <summary>Closes the channel.</summary>
    public ValueTask DisposeAsync() => Channel.DisposeAsync();

    private async Task RequireAsync<T>(T request, string what, CancellationToken ct)
        where T : ISshPayload<T>
    {
        if (!await Channel.SendRequestAsync(request, wantReply: true, ct))
            throw new SshException($"The server refused {what}.");
    }
}
