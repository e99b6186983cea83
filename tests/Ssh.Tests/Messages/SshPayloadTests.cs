using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Tests.Messages;

public sealed class SshPayloadTests
{
    [Fact]
    public void Parse_EveryPayload_IsWhatWasWritten()
    {
        Check(new ShellRequest());
        Check(new AgentRequest());
        Check(new AgentOpen());
        Check(new ExecRequest("ls -l"));
        Check(new SubsystemRequest("sftp"));
        Check(new EnvRequest("LANG", "C"));
        Check(new SignalRequest("TERM"));
        Check(new BreakRequest(500));
        Check(new ExitStatus(255));
        Check(new ExitSignal("KILL", true, "killed", ""));
        Check(new WindowChange(80, 24, 0, 0));
        Check(new X11Request(false, "MIT-MAGIC-COOKIE-1", "00ff", 0));
        Check(new X11Open("::1", 6000));
        Check(new DirectTcpip("db", 5432, "127.0.0.1", 1));
        Check(new ForwardedTcpip("0.0.0.0", 8080, "10.0.0.1", 40000));
        Check(new DirectStreamLocal("/run/x.sock", "", 0));
        Check(new ForwardedStreamLocal("/run/x.sock", ""));
        Check(new TcpipForward("", 0));
        Check(new CancelTcpipForward("localhost", 80));
        Check(new StreamLocalForward("/run/x.sock"));
        Check(new CancelStreamLocalForward("/run/x.sock"));
    }

    [Fact]
    public void PtyRequest_Written_HasTheLayoutOfTheRfc()
    {
        byte[] bytes = new PtyRequest("vt100", 80, 24, 640, 480, new byte[] { 0 }).ToBytes();

        Assert.Equal("0000000576743130300000005000000018000002800000 01E00000000100".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(bytes));
        Assert.Equal([0], SshPayload.Parse<PtyRequest>(bytes).Modes.ToArray());
    }

    [Fact]
    public void Parse_BytesLeft_Throws() => Assert.Throws<SshProtocolException>(() => SshPayload.Parse<ExitStatus>(new byte[5]));

    private static void Check<T>(T payload)
        where T : ISshPayload<T>, IEquatable<T> => Assert.Equal(payload, SshPayload.Parse<T>(payload.ToBytes()));
}
