using System.Text;
using Teleport.Abstractions.Audit;
using Teleport.Testing.Audit;

namespace Teleport.Audit.Files.Tests;

public sealed class FileAuditLogTests : AuditLogConformance
{
    private static readonly Guid Host = Guid.Parse("0c7c5f6e-8a37-4a8e-9a5e-3f1f5d0a0001");

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"teleport-audit-{Guid.NewGuid():N}");

    private string FirstDay => Path.Combine(_folder, $"{Host:D}", "2030-01-31.00:00:00.log");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Append_TwoDays_WritesTwoFilesAndALinkToTheLatest()
    {
        await Log.AppendAsync([Record(0, "a"), Record(5, "b")], Limit);
        string second = Path.Combine(_folder, $"{Host:D}", "2030-02-01.00:00:00.log");
        Assert.Single(await File.ReadAllLinesAsync(FirstDay, Limit));
        Assert.Single(await File.ReadAllLinesAsync(second, Limit));
        Assert.Equal(second, new FileInfo(Path.Combine(_folder, "events.log")).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(second));
    }

    [Fact]
    public async Task H46_TornLastLine_IsPassedOverAndTheNextLineIsWhole()
    {
        await Log.AppendAsync([Record(0, "a")], Limit);
        await Log.DisposeAsync();
        await File.AppendAllTextAsync(FirstDay, "{\"event\":\"torn", Limit);
        await InitializeAsync();
        await Log.AppendAsync([Record(1, "b")], Limit);
        Assert.Equal(["a", "b"], (await Log.SearchAsync(Query(), Limit)).Records.Select(static r => r.Event));
    }

    [Fact]
    public async Task H47_LineEndInAnEvent_CannotForgeALine()
    {
        AuditRecord record = Record(0, "a");
        byte[] forged = [.. record.Json.Span, .. Encoding.UTF8.GetBytes("\n{\"event\":\"forged\"}")];
        await Assert.ThrowsAsync<ArgumentException>(async () => await Log.AppendAsync([record with { Json = forged }], Limit));
        await Log.AppendAsync([record], Limit);
        Assert.Single((await Log.SearchAsync(Query(), Limit)).Records);
    }

    [Fact]
    public async Task Search_TwoServers_FindsTheEventsOfBoth()
    {
        await using var other = new FileAuditLog(_folder, Guid.NewGuid());
        await Log.AppendAsync([Record(0, "mine")], Limit);
        await other.AppendAsync([Record(1, "theirs")], Limit);
        Assert.Equal(["mine", "theirs"], (await Log.SearchAsync(Query(), Limit)).Records.Select(static r => r.Event));
    }

    [Fact]
    public async Task Append_ToAStream_WritesOneLineEach()
    {
        using var output = new MemoryStream();
        await using var log = new StreamAuditLog(output);
        await log.AppendAsync([Record(0, "a"), Record(1, "b")], Limit);
        Assert.Equal(2, Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await Assert.ThrowsAsync<NotSupportedException>(async () => await log.SearchAsync(Query(), Limit));
    }

    protected override ValueTask<IAuditLog> OpenAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IAuditLog>(new FileAuditLog(_folder, Host));
}
