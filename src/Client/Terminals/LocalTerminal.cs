namespace Teleport.Client.Terminals;

/// <summary>The standard streams of this process, as bytes, and the terminal that they may be.</summary>
public static class LocalTerminal
{
    private const int InputDescriptor = 0;
    private const int OutputDescriptor = 1;
    private const int ErrorDescriptor = 2;
    private const int MaxKind = 64;
    private const int StopSignal = 20;

    /// <summary>Whether somebody types.</summary>
    public static bool IsInput => LibC.IsTerminal(InputDescriptor) == 1;

    /// <summary>Whether somebody looks at the standard output.</summary>
    public static bool IsOutput => LibC.IsTerminal(OutputDescriptor) == 1;

    /// <summary>Whether somebody looks at the standard error.</summary>
    public static bool IsError => LibC.IsTerminal(ErrorDescriptor) == 1;

    /// <summary>Width and height; 80 and 24 when there is no terminal.</summary>
    public static (int Columns, int Rows) Size => LibC.WindowSize(OutputDescriptor) ?? LibC.WindowSize(InputDescriptor) ?? (80, 24);

    /// <summary>The kind of terminal, as in TERM.</summary>
    public static string Kind => Environment.GetEnvironmentVariable("TERM") is { Length: > 0 and <= MaxKind } term ? term : "xterm";

    /// <summary>How the terminal is set, encoded for a server (RFC 4254 section 8).</summary>
    public static ReadOnlyMemory<byte> Modes => TerminalModes.Of(InputDescriptor);

    /// <summary>Passes every key on as it is typed, until disposed; <c>null</c>: there is no terminal.</summary>
    public static TerminalMode? EnterRawMode() => TerminalMode.Raw(InputDescriptor);

    /// <summary>Shows nothing of what is typed, until disposed; <c>null</c>: there is no terminal.</summary>
    public static TerminalMode? HideInput() => TerminalMode.WithoutEcho(InputDescriptor);

    /// <summary>Suspends this program, as Ctrl-Z does; returns when it is continued.</summary>
    public static void SuspendProcess() => _ = LibC.Kill(0, StopSignal);

    /// <summary>The standard input; closing it leaves the descriptor open.</summary>
    public static Stream OpenInput() => new DescriptorStream(InputDescriptor, FileAccess.Read);

    /// <summary>The standard output; closing it leaves the descriptor open.</summary>
    public static Stream OpenOutput() => new DescriptorStream(OutputDescriptor, FileAccess.Write);

    /// <summary>The standard error; closing it leaves the descriptor open.</summary>
    public static Stream OpenError() => new DescriptorStream(ErrorDescriptor, FileAccess.Write);

    /// <summary>Has the console write as it is, without the setting up of the terminal that would change what its keys send.</summary>
    public static void UsePlainConsole()
    {
#pragma warning disable RS0030 // The terminal is what this is for.
        Console.SetOut(new StreamWriter(OpenOutput()) { AutoFlush = true });
        Console.SetError(new StreamWriter(OpenError()) { AutoFlush = true });
#pragma warning restore RS0030
    }
}
