using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Client.Logins;

namespace Teleport.Client.Terminals;

/// <summary>Asks on the terminal; without one, takes lines of the standard input.</summary>
public sealed class TerminalPrompts : ILoginPrompts
{
    private const int MaxLine = 4096;

    private readonly Stream _input = LocalTerminal.OpenInput();

    /// <inheritdoc/>
    public async Task<string> AskSecretAsync(string prompt, CancellationToken cancellationToken)
    {
        await ShowAsync(prompt);
        using TerminalMode? hidden = LocalTerminal.HideInput();
        string line = await ReadLineAsync(cancellationToken);
        if (LocalTerminal.IsInput)
        {
#pragma warning disable RS0030 // Asking on the terminal is what this is for.
            await Console.Error.WriteLineAsync();
#pragma warning restore RS0030
        }

        return line;
    }

    /// <inheritdoc/>
    public async Task<string> AskAsync(string prompt, CancellationToken cancellationToken)
    {
        await ShowAsync(prompt);
        return (await ReadLineAsync(cancellationToken)).Trim();
    }

    private static async Task ShowAsync(string prompt)
    {
        if (LocalTerminal.IsInput)
        {
#pragma warning disable RS0030 // Asking on the terminal is what this is for.
            await Console.Error.WriteAsync(prompt + " ");
#pragma warning restore RS0030
        }
    }

    /// <summary>A read of a terminal cannot be called off; whoever interrupts does not wait for it.</summary>
    private Task<int> ReadAsync(byte[] next, CancellationToken cancellationToken) => Task.Run(() => _input.Read(next), CancellationToken.None).WaitAsync(cancellationToken);

    /// <summary>Byte by byte, since what follows the line is not ours to take.</summary>
    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        byte[] next = new byte[1];
        while (line.Count < MaxLine && await ReadAsync(next, cancellationToken) == 1 && next[0] != '\n')
        {
            line.Add(next[0]);
        }

        return line.Count == 0 && next[0] != '\n'
            ? throw TeleportException.Invalid("The input ended where a password or code was expected. Type it on a terminal, or pass a line on the standard input.")
            : Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }
}
