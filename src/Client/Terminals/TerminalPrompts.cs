using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Client.Logins;

namespace Teleport.Client.Terminals;

/// <summary>Asks on the terminal; without one, takes lines of the standard input.</summary>
public sealed class TerminalPrompts : ILoginPrompts
{
    private const int MaxLine = 4096;

    private readonly FileStream _input = OpenInput();

    /// <inheritdoc/>
    public async Task<string> AskSecretAsync(string prompt, CancellationToken cancellationToken)
    {
        await ShowAsync(prompt);
        using IDisposable hidden = LocalTerminal.HideInput();
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

    private static FileStream OpenInput() => new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    private static async Task ShowAsync(string prompt)
    {
        if (LocalTerminal.IsInput)
        {
#pragma warning disable RS0030 // Asking on the terminal is what this is for.
            await Console.Error.WriteAsync(prompt + " ");
#pragma warning restore RS0030
        }
    }

    /// <summary>Byte by byte, since what follows the line is not ours to take.</summary>
    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        byte[] next = new byte[1];
        while (line.Count < MaxLine && await _input.ReadAsync(next, cancellationToken) == 1 && next[0] != '\n')
        {
            line.Add(next[0]);
        }

        return line.Count == 0 && next[0] != '\n'
            ? throw TeleportException.Invalid("The input ended where a password or code was expected. Type it on a terminal, or pass a line on the standard input.")
            : Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }
}
