using System.Runtime.InteropServices;

namespace Teleport.Client.Terminals;

/// <summary>A standard stream of this process as it is: no buffer, no position of its own, and no setting up of the terminal as the console's streams do.</summary>
internal sealed class DescriptorStream(int descriptor, FileAccess access) : Stream
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int TerminalGone = 5;

    public override bool CanRead => access == FileAccess.Read;

    public override bool CanWrite => access == FileAccess.Write;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override unsafe int Read(Span<byte> buffer)
    {
        while (true)
        {
            fixed (byte* start = buffer)
            {
                nint count = LibC.Read(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == TerminalGone)
            {
                return 0;
            }

            WaitOrThrow(error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            nint count;
            fixed (byte* start = buffer)
            {
                count = LibC.Write(descriptor, start, (nuint)buffer.Length);
            }

            if (count >= 0)
            {
                buffer = buffer[(int)count..];
            }
            else
            {
                WaitOrThrow(Marshal.GetLastPInvokeError());
            }
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Another program may have made the descriptor one that does not block.</summary>
    private unsafe void WaitOrThrow(int error)
    {
        if (error == TryAgain)
        {
            var poll = new LibC.PollDescriptor { Descriptor = descriptor, Events = access == FileAccess.Read ? LibC.PollIn : LibC.PollOut };
            _ = LibC.Poll(&poll, 1, Timeout.Infinite); // whatever it says, the next attempt shows
        }
        else if (error != Interrupted)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }
}
