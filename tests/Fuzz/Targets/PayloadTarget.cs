using Teleport.Ssh;
using Teleport.Ssh.Messages;

namespace Teleport.Fuzz.Targets;

/// <summary>The data of channel requests, channel types and global requests.</summary>
internal sealed class PayloadTarget : IFuzzTarget
{
    private delegate void Parser(ReadOnlySpan<byte> data);

    private static readonly Parser[] Parsers =
    [
        Check<PtyRequest>, Check<WindowChange>, Check<ExecRequest>, Check<EnvRequest>, Check<SubsystemRequest>, Check<SignalRequest>,
        Check<ExitStatus>, Check<ExitSignal>, Check<BreakRequest>, Check<X11Request>, Check<X11Open>, Check<DirectTcpip>, Check<ForwardedTcpip>,
        Check<DirectStreamLocal>, Check<ForwardedStreamLocal>, Check<TcpipForward>, Check<CancelTcpipForward>, Check<StreamLocalForward>,
        Check<CancelStreamLocalForward>, Check<ShellRequest>, Check<AgentRequest>, Check<AgentOpen>,
    ];

    public string Name => "payloads";

    public int ShortRun => 30_000;

    /// <summary>A byte that chooses the record, then its data.</summary>
    public IEnumerable<byte[]> Seeds =>
    [
        [0, .. new PtyRequest("xterm", 80, 24, 0, 0, new byte[] { 1, 0, 0, 0, 3, 0 }).ToBytes()],
        [2, .. new ExecRequest("ls -l").ToBytes()],
        [3, .. new EnvRequest("LANG", "C").ToBytes()],
        [7, .. new ExitSignal("KILL", true, "killed", "").ToBytes()],
        [9, .. new X11Request(false, "MIT-MAGIC-COOKIE-1", "00ff", 0).ToBytes()],
        [11, .. new DirectTcpip("db", 5432, "127.0.0.1", 1).ToBytes()],
        [13, .. new DirectStreamLocal("/run/x.sock", "", 0).ToBytes()],
        [15, .. new TcpipForward("", 0).ToBytes()],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!input.IsEmpty)
            Parsers[input[0] % Parsers.Length](input[1..]);
    }

    private static void Check<T>(ReadOnlySpan<byte> data)
        where T : ISshPayload<T>
    {
        try
        {
            byte[] written = SshPayload.Parse<T>(data).ToBytes();
            if (!SshPayload.Parse<T>(written).ToBytes().AsSpan().SequenceEqual(written))
                throw new InvalidOperationException($"{T.Name} is not read as it was written.");
        }
        catch (SshProtocolException)
        {
            // Refused.
        }
    }
}
