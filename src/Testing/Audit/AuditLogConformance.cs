using System.Text;
using Teleport.Abstractions.Audit;
using Xunit;

namespace Teleport.Testing.Audit;

/// <summary>What every searchable <see cref="IAuditLog"/> must do. Derive a test class from it and open your sink; xunit runs the rest.</summary>
public abstract class AuditLogConformance : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2030, 1, 31, 23, 59, 58, TimeSpan.Zero);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private IAuditLog? _log;

    /// <summary>The sink under test.</summary>
    protected IAuditLog Log => _log ?? throw new InvalidOperationException("The sink is not open yet.");

    /// <summary>Ends every wait of a test.</summary>
    protected CancellationToken Limit => _limit.Token;

    /// <summary>Opens the sink over the same content again and again within a test; empty at the start of each test.</summary>
    protected abstract ValueTask<IAuditLog> OpenAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => _log = await OpenAsync(Limit);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }

        _limit.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Events are found in order of time, over the end of a day, with all their fields.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Search_EventsOfTwoDays_AreFoundInOrder(bool descending)
    {
        AuditRecord[] records = [.. Enumerable.Range(0, 5).Select(static i => Record(i, "user.login"))];
        await Log.AppendAsync(records, Limit);
        AuditPage page = await Log.SearchAsync(Query() with { Descending = descending }, Limit);
        string[] expected = [.. records.Select(static r => Encoding.UTF8.GetString(r.Json.Span))];
        Assert.Equal(descending ? expected.Reverse() : expected, page.Records.Select(static r => Encoding.UTF8.GetString(r.Json.Span)));
        Assert.Null(page.NextKey);
    }

    /// <summary>Only the wanted time and types are found; the end of the time is included.</summary>
    [Fact]
    public async Task Search_TimeAndType_LimitWhatIsFound()
    {
        await Log.AppendAsync([Record(0, "user.login"), Record(1, "session.start"), Record(2, "user.login"), Record(3, "user.login")], Limit);
        AuditPage page = await Log.SearchAsync(
            Query() with { From = Start.AddSeconds(1), To = Start.AddSeconds(2), Events = ["user.login"] }, Limit);
        Assert.Equal(Start.AddSeconds(2), Assert.Single(page.Records).Time);
    }

    /// <summary>Pages together are everything, once.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(10, true)]
    public async Task Search_InPages_IsCompleteAndWithoutRepetition(int limit, bool descending)
    {
        // Pairs of events share their time.
        AuditRecord[] records = [.. Enumerable.Range(0, 10).Select(static i => Record(i / 2, "exec", $"{i}"))];
        foreach (AuditRecord record in records)
        {
            await Log.AppendAsync([record], Limit);
        }

        var found = new List<AuditRecord>();
        string? key = null;
        do
        {
            AuditPage page = await Log.SearchAsync(Query() with { Limit = limit, StartKey = key, Descending = descending }, Limit);
            Assert.InRange(page.Records.Count, 0, limit);
            found.AddRange(page.Records);
            key = page.NextKey;
        }
        while (key is not null);
        Assert.Equal(records.Select(static r => r.Uid).Order(), found.Select(static r => r.Uid).Order());
        AuditRecord[] sorted = [.. descending ? found.OrderByDescending(static r => r.Time) : found.OrderBy(static r => r.Time)];
        Assert.Equal(sorted.Select(static r => r.Time), found.Select(static r => r.Time));
    }

    /// <summary>What was appended is found after the sink was opened again.</summary>
    [Fact]
    public async Task Search_OpenedAgain_EventsAreThere()
    {
        await Log.AppendAsync([Record(0, "user.login")], Limit);
        await Log.DisposeAsync();
        _log = await OpenAsync(Limit);
        await Log.AppendAsync([Record(1, "user.login")], Limit);
        Assert.Equal(2, (await Log.SearchAsync(Query(), Limit)).Records.Count);
    }

    /// <summary>An event that is appended again after a failure is found once.</summary>
    [Fact]
    public async Task Append_SameEventAgain_IsFoundOnce()
    {
        AuditRecord record = Record(0, "user.login");
        await Log.AppendAsync([record], Limit);
        await Log.AppendAsync([record], Limit);
        Assert.Single((await Log.SearchAsync(Query(), Limit)).Records);
    }

    /// <summary>Many writers at once lose nothing.</summary>
    [Fact]
    public async Task Append_ManyAtOnce_NothingIsLost()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async writer =>
        {
            for (int i = 0; i < 10; i++)
            {
                await Log.AppendAsync([Record(i, "exec", $"{writer}-{i}")], Limit);
            }
        }));
        AuditPage page = await Log.SearchAsync(Query() with { Limit = 1000 }, Limit);
        Assert.Equal(200, page.Records.Select(static r => r.Uid).Distinct().Count());
    }

    /// <summary>An event of the largest size is kept whole.</summary>
    [Fact]
    public async Task Append_LargestEvent_IsKeptWhole()
    {
        AuditRecord small = Record(0, "exec", "x");
        AuditRecord large = Record(0, "exec", new string('x', AuditRecord.MaxBytes - small.Json.Length + 1));
        Assert.Equal(AuditRecord.MaxBytes, large.Json.Length);
        await Log.AppendAsync([large], Limit);
        Assert.Equal(AuditRecord.MaxBytes, Assert.Single((await Log.SearchAsync(Query(), Limit)).Records).Json.Length);
    }

    /// <summary>An event of a test.</summary>
    /// <param name="second">Seconds after the start of the test's time.</param>
    /// <param name="type">The event's type.</param>
    /// <param name="note">A field besides.</param>
    protected static AuditRecord Record(int second, string type, string note = "")
    {
        DateTimeOffset time = Start.AddSeconds(second);
        string json = $$"""{"event":"{{type}}","code":"T0000I","time":"{{time:yyyy-MM-ddTHH:mm:ss.fffZ}}","uid":"{{Guid.NewGuid():D}}","ei":0,"note":"{{note}}"}""";
        return AuditRecord.Parse(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Everything that a test appended.</summary>
    protected static AuditQuery Query() => new() { From = Start.AddDays(-1), To = Start.AddDays(2), Limit = 100 };
}
