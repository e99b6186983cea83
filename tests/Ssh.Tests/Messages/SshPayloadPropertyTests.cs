using System.Buffers.Binary;
using CsCheck;
using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Tests.Messages;

/// <summary>Every payload: whatever was written is read again; cut off, or with a length that lies, it is refused and nothing else.</summary>
public sealed class SshPayloadPropertyTests
{
    private static readonly Gen<string> Text = Gen.String[0, 60];

    [Fact]
    public void H01_EveryPayload_IsReadAsWritten_AndRefusedWhenItLies()
    {
        Check(Text.Select(text => new ExecRequest(text)));
        Check(Text.Select(text => new SubsystemRequest(text)));
        Check(Gen.Select(Text, Text, (name, value) => new EnvRequest(name, value)));
        Check(Text.Select(text => new SignalRequest(text)));
        Check(Gen.UInt.Select(number => new BreakRequest(number)));
        Check(Gen.UInt.Select(number => new ExitStatus(number)));
        Check(Gen.Select(Text, Gen.Bool, Text, (signal, core, message) => new ExitSignal(signal, core, message, "")));
        Check(Gen.Select(Gen.UInt, Gen.UInt, (columns, rows) => new WindowChange(columns, rows, 1, 2)));
        Check(Gen.Select(Gen.Bool, Text, Text, Gen.UInt, (single, protocol, cookie, screen) => new X11Request(single, protocol, cookie, screen)));
        Check(Gen.Select(Text, Gen.UInt, (host, port) => new X11Open(host, port)));
        Check(Gen.Select(Text, Gen.UInt, Text, Gen.UInt, (host, port, origin, originPort) => new DirectTcpip(host, port, origin, originPort)));
        Check(Gen.Select(Text, Gen.UInt, Text, Gen.UInt, (host, port, origin, originPort) => new ForwardedTcpip(host, port, origin, originPort)));
        Check(Gen.Select(Text, Text, Gen.UInt, (path, reserved, number) => new DirectStreamLocal(path, reserved, number)));
        Check(Gen.Select(Text, Text, (path, reserved) => new ForwardedStreamLocal(path, reserved)));
        Check(Gen.Select(Text, Gen.UInt, (address, port) => new TcpipForward(address, port)));
        Check(Gen.Select(Text, Gen.UInt, (address, port) => new CancelTcpipForward(address, port)));
        Check(Text.Select(path => new StreamLocalForward(path)));
        Check(Text.Select(path => new CancelStreamLocalForward(path)));
    }

    private static void Check<T>(Gen<T> payloads)
        where T : ISshPayload<T>, IEquatable<T> => payloads.Sample(payload =>
    {
        byte[] bytes = payload.ToBytes();
        if (!SshPayload.Parse<T>(bytes).Equals(payload))
            return false;

        for (int length = 0; length < bytes.Length; length++)
        {
            if (!IsRefused<T>(bytes.AsSpan(0, length)))
                return false;
        }

        foreach (uint lie in (uint[])[35_001, int.MaxValue, uint.MaxValue])
        {
            for (int offset = 0; offset + 4 <= bytes.Length; offset++)
            {
                byte[] changed = [.. bytes];
                BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(offset), lie);
                _ = IsRefused<T>(changed); // may be a number that is as good as the other
            }
        }

        return IsRefused<T>([.. bytes, 0]);
    }, iter: 100);

    private static bool IsRefused<T>(ReadOnlySpan<byte> bytes)
        where T : ISshPayload<T>
    {
        try
        {
            _ = SshPayload.Parse<T>(bytes);
            return false;
        }
        catch (SshProtocolException)
        {
            return true;
        }
    }
}
