using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Teleport.Client.Terminals;

namespace Teleport.Client.Tests.Terminals;

public sealed partial class TerminalModeTests : IDisposable
{
    private const nuint UnlockTerminal = 0x40045431;
    private const nuint OpenPeer = 0x5441;
    private const int ReadWriteNoControl = 0x102;

    private readonly SafeFileHandle _master = File.OpenHandle("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    private readonly SafeFileHandle _terminal;

    public TerminalModeTests()
    {
        int unlocked = 0;
        Assert.Equal(0, Control((int)_master.DangerousGetHandle(), UnlockTerminal, ref unlocked));
        _terminal = new SafeFileHandle(OpenTerminal((int)_master.DangerousGetHandle(), OpenPeer, ReadWriteNoControl), ownsHandle: true);
        Assert.False(_terminal.IsInvalid);
    }

    private int Descriptor => (int)_terminal.DangerousGetHandle();

    public void Dispose()
    {
        _terminal.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void Raw_Disposed_LeavesTheTerminalAsItWas()
    {
        byte[] before = Attributes();
        using (TerminalMode? raw = TerminalMode.Raw(Descriptor))
        {
            Assert.NotEqual(before, Attributes());
            raw!.Suspend();
            Assert.Equal(before, Attributes());
            raw.Resume();
            Assert.NotEqual(before, Attributes());
        }

        Assert.Equal(before, Attributes());
    }

    [Fact]
    public void RestoreAll_AfterASignal_LeavesTheTerminalAsItWas()
    {
        byte[] before = Attributes();
        using TerminalMode? hidden = TerminalMode.WithoutEcho(Descriptor);
        Assert.NotEqual(before, Attributes());
        TerminalMode.RestoreAll();
        Assert.Equal(before, Attributes());
    }

    [Fact]
    public void Raw_NoTerminal_IsNothing()
    {
        using SafeFileHandle file = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read);
        Assert.Null(TerminalMode.Raw((int)file.DangerousGetHandle()));
    }

    private unsafe byte[] Attributes()
    {
        byte[] attributes = new byte[LibC.TermiosBytes];
        fixed (byte* start = attributes)
        {
            Assert.Equal(0, LibC.GetAttributes(Descriptor, start));
        }

        return attributes;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, ref int argument);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial nint OpenTerminal(int descriptor, nuint request, nint flags);
}
