using System.Buffers;
using System.Text;
using Teleport.Client.Terminals;
using Teleport.Ssh;
using Teleport.Ssh.Sessions;

namespace Teleport.Tsh;

/// <summary>Sends what is typed or piped to a session, and acts on escape sequences.</summary>
/// <param name="session">The session.</param>
/// <param name="raw">The terminal's mode, if it is one that is raw.</param>
/// <param name="hasEscapeKeys">Whether <c>~.</c> and the like are recognised.</param>
internal sealed class SessionInput(SshSession session, TerminalMode? raw, bool hasEscapeKeys)
{
    private const int InputBytes = 32 * 1024;

    private readonly TaskCompletionSource _disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EscapeKeys? _keys = raw is not null && hasEscapeKeys ? new EscapeKeys() : null;

    /// <summary>Ends when the user asks to disconnect.</summary>
    public Task Disconnected => _disconnected.Task;

    /// <summary>Sends until the input or the session ends.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        // Leaves the descriptor open.
        await using Stream input = LocalTerminal.OpenInput();
        byte[] typed = new byte[InputBytes];
        try
        {
            while (await input.ReadAsync(typed, cancellationToken) is > 0 and var count)
            {
                int position = 0;
                while (position < count)
                {
                    position += await TakeAsync(typed.AsMemory(position, count - position));
                }

                if ((await session.Stdin.FlushAsync(cancellationToken)).IsCompleted)
                {
                    return;
                }
            }

            await session.Channel.SendEofAsync();
        }
        catch (Exception e) when (e is SshException or OperationCanceledException || cancellationToken.IsCancellationRequested)
        {
            // The program or the connection ended first; its output says how.
        }
        catch (IOException)
        {
            // The terminal is gone: nothing more will be typed.
            await session.Channel.SendEofAsync();
        }
    }

    /// <summary>Takes typed bytes up to and with the first escape sequence.</summary>
    private async ValueTask<int> TakeAsync(ReadOnlyMemory<byte> typed)
    {
        if (_keys is null)
        {
            session.Stdin.Write(typed.Span);
            return typed.Length;
        }

        EscapeAction action = _keys.Process(typed.Span, session.Stdin, out int taken);
        switch (action)
        {
            case EscapeAction.Disconnect:
                _disconnected.TrySetResult();
                break;

            case EscapeAction.Suspend:
                raw!.Suspend();
                LocalTerminal.SuspendProcess();
                raw.Resume();
                break;

            case EscapeAction.Help:
                await using (Stream screen = LocalTerminal.OpenError())
                {
                    await screen.WriteAsync(Encoding.ASCII.GetBytes(EscapeKeys.HelpText));
                }

                break;

            default:
                break;
        }

        return taken;
    }
}
