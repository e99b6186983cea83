using System.Text;
using Teleport.Agent.Spooling;

namespace Teleport.Agent.Tests;

public sealed class AuditSpoolTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"teleport-spool-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_AppendedLines_ComeInOrderUntilTheyAreAcknowledged()
    {
        using var spool = new AuditSpool(_folder, 1_000_000);
        Append(spool, "one", "two", "three");
        SpoolBatch first = spool.Read(2, 1000)!;
        Assert.Equal(["one", "two"], Lines(first));
        Assert.Equal(["one", "two"], Lines(spool.Read(2, 1000)!));
        spool.Acknowledge(first);
        Assert.Equal(["three"], Lines(spool.Read(2, 1000)!));
    }

    [Fact]
    public void Acknowledge_Everything_FreesTheSpaceAndTheNextLineIsFound()
    {
        using var spool = new AuditSpool(_folder, 1_000_000);
        Append(spool, "one");
        spool.Acknowledge(spool.Read(10, 1000)!);
        Assert.Null(spool.Read(10, 1000));
        Assert.Equal(0, spool.Bytes);
        Append(spool, "two");
        Assert.Equal(["two"], Lines(spool.Read(10, 1000)!));
    }

    [Fact]
    public void H46_OpenedAfterACrash_LinesAreThereAndATornOneIsPassedOver()
    {
        var crashed = new AuditSpool(_folder, 1_000_000);
        Append(crashed, "kept");
        crashed.Dispose();
        File.AppendAllText(Directory.GetFiles(_folder, "*.jsonl").Single(), "torn");
        using var spool = new AuditSpool(_folder, 1_000_000);
        Append(spool, "new");
        SpoolBatch batch = spool.Read(10, 1000)!;
        Assert.Equal(["kept"], Lines(batch));
        spool.Acknowledge(batch);
        Assert.Equal(["new"], Lines(spool.Read(10, 1000)!));
    }

    [Fact]
    public void TryAppend_OverTheLimit_IsRefusedAndNothingIsLost()
    {
        using var spool = new AuditSpool(_folder, 12);
        Assert.True(spool.TryAppend("12345"u8));
        Assert.True(spool.TryAppend("12345"u8));
        Assert.False(spool.TryAppend("x"u8));
        Assert.Equal(2, spool.Read(10, 1000)!.Lines.Count);
    }

    [Fact]
    public void TryAppend_ManySegments_AreReadOneAfterTheOther()
    {
        using var spool = new AuditSpool(_folder, 100_000_000);
        string large = new('x', 60_000);
        for (int i = 0; i < 50; i++)
        {
            Append(spool, $"{i}:{large}");
        }

        Assert.True(Directory.GetFiles(_folder, "*.jsonl").Length > 1);
        int seen = 0;
        while (spool.Read(7, 2 * 1024 * 1024) is { } batch)
        {
            foreach (string line in Lines(batch))
            {
                Assert.StartsWith($"{seen++}:", line, StringComparison.Ordinal);
            }

            spool.Acknowledge(batch);
        }

        Assert.Equal(50, seen);
    }

    private static void Append(AuditSpool spool, params string[] lines) =>
        Array.ForEach(lines, line => Assert.True(spool.TryAppend(Encoding.UTF8.GetBytes(line))));

    private static IEnumerable<string> Lines(SpoolBatch batch) => batch.Lines.Select(static line => Encoding.UTF8.GetString(line.Span));
}
