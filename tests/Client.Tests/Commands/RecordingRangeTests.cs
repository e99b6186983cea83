using Teleport.Abstractions.Errors;
using Teleport.Client.Commands;

namespace Teleport.Client.Tests.Commands;

public sealed class RecordingRangeTests
{
    private static readonly DateTimeOffset Now = new(2030, 5, 6, 7, 8, 9, TimeSpan.Zero);

    [Fact]
    public void Read_Days_AreWhole()
    {
        (DateTimeOffset from, DateTimeOffset to) = RecordingRange.Read("2030-01-02", "2030-01-03", null, Now);
        Assert.Equal((new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2030, 1, 4, 0, 0, 0, TimeSpan.Zero)), (from, to));
    }

    [Fact]
    public void Read_Last_EndsNow()
    {
        (DateTimeOffset from, DateTimeOffset to) = RecordingRange.Read(null, null, "24h", Now);
        Assert.Equal((Now.AddMinutes(1) - TimeSpan.FromHours(24), Now.AddMinutes(1)), (from, to));
    }

    [Theory]
    [InlineData("yesterday", null, null, "--from-utc")]
    [InlineData(null, "2030-13-01", null, "--to-utc")]
    [InlineData("2030-01-02", null, "24h", "--last excludes")]
    [InlineData("2030-01-02", "2030-01-01T00:00:00Z", null, "--from-utc is after --to-utc")]
    public void Read_SomethingElse_IsRefused(string? from, string? to, string? last, string expected) =>
        Assert.Contains(expected, Assert.Throws<TeleportException>(() => RecordingRange.Read(from, to, last, Now)).Message, StringComparison.Ordinal);
}
