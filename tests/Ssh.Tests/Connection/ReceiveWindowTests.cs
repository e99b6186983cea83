using Teleport.Ssh.Connection;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Tests.Connection;

public sealed class ReceiveWindowTests
{
    private const int Packet = ReceiveWindow.MaxPacket;
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(100, 100, true)] // one window a round trip: the sender waits for us
    [InlineData(1000, 100, false)] // the window holds ten round trips of what the sender has
    public void Window_FilledAndRead_GrowsIfSmallerThanTheLink(int fillMilliseconds, int roundTripMilliseconds, bool grows)
    {
        StoppedClock clock = new();
        ReceiveWindow window = ReceiveWindow.TryCreate(new WindowBudget(64 * Megabyte, 10, clock.RoundTripOf(roundTripMilliseconds)))!;
        for (int round = 0; round < 4; round++)
        {
            clock.Now += TimeSpan.FromMilliseconds(fillMilliseconds);
            _ = Transfer(window, window.InitialBytes);
        }

        Assert.Equal(grows, Fill(window) > window.InitialBytes);
    }

    [Fact]
    public void Window_GrowingDidNotHelp_DoesNotGrowAgain()
    {
        StoppedClock clock = new();
        ReceiveWindow window = ReceiveWindow.TryCreate(new WindowBudget(64 * Megabyte, 10, clock.RoundTripOf(100)))!;
        for (int round = 0; round < 100; round++)
        {
            // Always 20 MB a second, however large the window is.
            clock.Now += TimeSpan.FromMilliseconds(50);
            _ = Transfer(window, Megabyte);
        }

        Assert.InRange(Fill(window), window.InitialBytes, 2 * window.InitialBytes);
    }

    [Fact]
    public void Window_SenderSendsOneARoundTrip_GrowsWithTheRate()
    {
        StoppedClock clock = new();
        ReceiveWindow window = ReceiveWindow.TryCreate(new WindowBudget(64 * Megabyte, 10, clock.RoundTripOf(100)))!;
        long size = window.InitialBytes;
        for (int round = 0; round < 6; round++)
        {
            clock.Now += TimeSpan.FromMilliseconds(100);
            size += Transfer(window, size) - size;
        }

        Assert.True(Fill(window) >= 4 * window.InitialBytes);
    }

    [Fact]
    public void Window_ReaderIsSlow_DoesNotGrow()
    {
        ReceiveWindow window = ReceiveWindow.TryCreate(new WindowBudget(64 * Megabyte, 10, new StoppedClock().RoundTripOf(100)))!;
        Fill(window);

        long granted = 0;
        for (long left = window.InitialBytes; left > 0; left -= Packet)
        {
            granted += window.OnConsumed((int)Math.Min(left, Packet));
            if (granted > 0)
                break;
        }

        Assert.True(granted <= window.InitialBytes / 4 + Packet, $"{granted} bytes");
    }

    [Fact]
    public void Windows_AllGrowing_StayWithinTheBudget()
    {
        WindowBudget budget = new(8 * Megabyte, 100, new StoppedClock().RoundTripOf(100));
        ReceiveWindow[] windows = [.. Enumerable.Range(0, 20).Select(_ => ReceiveWindow.TryCreate(budget)!)];
        foreach (ReceiveWindow window in windows)
            _ = Transfer(window, 50 * Megabyte);

        long capacity = windows.Sum(Fill);
        Assert.True(capacity <= (8 * Megabyte) + (20 * 64 * 1024), $"{capacity} bytes");
    }

    [Fact]
    public void Windows_ClosedButUnread_KeepTheirPlace()
    {
        WindowBudget budget = new(Megabyte, 2, new StoppedClock().RoundTripOf(100));
        ReceiveWindow first = ReceiveWindow.TryCreate(budget)!;
        ReceiveWindow second = ReceiveWindow.TryCreate(budget)!;
        first.OnReceived(10);
        first.Close();
        Assert.Null(ReceiveWindow.TryCreate(budget));

        _ = first.OnConsumed(10);
        Assert.NotNull(ReceiveWindow.TryCreate(budget));
        Assert.True(second.InitialBytes >= 64 * 1024);
    }

    /// <summary>Receives so much, each packet read at once.</summary>
    /// <returns>The bytes that were granted on the way.</returns>
    private static long Transfer(ReceiveWindow window, long bytes)
    {
        long granted = 0;
        for (long left = bytes; left > 0; left -= Packet)
        {
            int count = (int)Math.Min(left, Packet);
            window.OnReceived(count);
            granted += window.OnConsumed(count);
        }

        return granted;
    }

    /// <summary>Receives until nothing is left to receive.</summary>
    /// <returns>How much that was.</returns>
    private static long Fill(ReceiveWindow window)
    {
        for (long received = 0; ; received += 1024)
        {
            try
            {
                window.OnReceived(1024);
            }
            catch (SshProtocolException)
            {
                return received;
            }
        }
    }

    private sealed class StoppedClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public RoundTrip RoundTripOf(int milliseconds)
        {
            RoundTrip roundTrip = new(this);
            long start = roundTrip.Start();
            Now += TimeSpan.FromMilliseconds(milliseconds);
            roundTrip.Observe(start);
            return roundTrip;
        }
    }
}
