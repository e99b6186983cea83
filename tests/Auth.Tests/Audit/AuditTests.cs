using System.Text.Json;
using Google.Protobuf;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Api.Audit.V1;
using Teleport.Auth.Tests.Cluster;

namespace Teleport.Auth.Tests.Audit;

public sealed class AuditTests
{
    [Fact]
    public async Task Emit_EventOfItsOwnHost_IsCompletedAndFound()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost node = await cluster.JoinAsync(SystemRole.Node);

        await EmitAsync(node, """{"event":"exec","code":"T3002I","command":"id","user":"alice","cluster_name":"forged"}""");

        JsonElement found = Assert.Single(await cluster.EventsAsync("exec"));
        Assert.Equal(AuthCluster.Name, found.GetProperty("cluster_name").GetString());
        Assert.Equal(node.HostId, found.GetProperty("server_id").GetString());
        Assert.True(Guid.TryParse(found.GetProperty("uid").GetString(), out _));
        Assert.Equal("id", found.GetProperty("command").GetString());
    }

    [Theory]
    [InlineData("""{"event":"user.login","code":"T1000I","user":"alice","success":true}""", ErrorCode.AccessDenied)]
    [InlineData("""{"event":"role.deleted","code":"T9001I","name":"admin"}""", ErrorCode.AccessDenied)]
    [InlineData("""{"event":"session.upload","code":"T2005I","sid":"ab8e5e5b-77a0-4e53-bc86-19c4f915bf67"}""", ErrorCode.AccessDenied)]
    [InlineData("""{"event":"exec","code":"T3002I","server_id":"5f747e48-4050-485f-81d5-e2fcf61cfc24"}""", ErrorCode.AccessDenied)]
    [InlineData("""{"event":"exec"}""", ErrorCode.Invalid)]
    [InlineData("""{"event":"exec","event":"user.login","code":"T1000I"}""", ErrorCode.Invalid)]
    [InlineData("""{"event":7,"code":"T3002I"}""", ErrorCode.Invalid)]
    [InlineData("[]", ErrorCode.Invalid)]
    [InlineData("no json", ErrorCode.Invalid)]
    [InlineData("""{"event":"session.end","code":"T2004I","sid":"../../etc/passwd"}""", ErrorCode.Invalid)]
    public async Task H26_EventThatIsNotTheHosts_IsRefusedWithAllItCameWith(string json, ErrorCode expected)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost node = await cluster.JoinAsync(SystemRole.Node);

        await Refusal.OfAsync(expected, () => EmitAsync(node, """{"event":"exec","code":"T3002I","command":"good"}""", json));

        Assert.Empty(await cluster.EventsAsync("exec", "user.login", "role.deleted", "session.upload", "session.end"));
        await EmitAsync(node, """{"event":"exec","code":"T3002I","command":"good"}""");
        Assert.Single(await cluster.EventsAsync("exec"));
    }

    [Fact]
    public async Task Emit_OverItsLimits_IsRefused()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost node = await cluster.JoinAsync(SystemRole.Node);
        string large = $$"""{"event":"exec","code":"T3002I","command":"{{new string('x', 64 * 1024)}}"}""";

        await Refusal.OfAsync(ErrorCode.Limit, () => EmitAsync(node, large));
        await Refusal.OfAsync(ErrorCode.Limit, () => EmitAsync(node, [.. Enumerable.Repeat("""{"event":"exec","code":"T3002I"}""", 1001)]));
    }

    [Fact]
    public async Task Search_ByUsersWithoutTheRule_IsRefusedAndOnRecord()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        LoggedIn auditor = await (await cluster.UserAsync("ann", "auditor")).LoginAsync();
        LoggedIn plain = await (await cluster.UserAsync("joe", "access")).LoginAsync();

        Assert.NotEmpty((await auditor.Client.Audit.SearchAsync(new SearchRequest())).Events);
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plain.Client.Audit.SearchAsync(new SearchRequest()));

        JsonElement denied = Assert.Single(await cluster.EventsAsync("access.denied"));
        Assert.Equal(("joe", "event", "list"), (denied.GetProperty("user").GetString(), denied.GetProperty("resource_kind").GetString(), denied.GetProperty("verb").GetString()));
    }

    [Fact]
    public async Task Search_ManyLargeEvents_ComesInPagesThatFit()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost node = await cluster.JoinAsync(SystemRole.Node);
        for (int i = 0; i < 3; i++)
        {
            string[] batch = [.. Enumerable.Range(0, 50).Select(n => $$"""{"event":"exec","code":"T3002I","command":"{{new string('x', 60_000)}}","ei":{{(i * 50) + n}}}""")];
            await EmitAsync(node, batch);
        }

        var seen = new HashSet<string>();
        string next = "";
        int pages = 0;
        do
        {
            SearchResponse page = await cluster.Admin.Audit.SearchAsync(new SearchRequest { Events = { "exec" }, Limit = 1000, StartKey = next });
            seen.UnionWith(page.Events.Select(static e => JsonDocument.Parse(e.Memory).RootElement.GetProperty("uid").GetString()!));
            next = page.NextKey;
            pages++;
        }
        while (next.Length > 0 && pages < 100);

        Assert.Equal(150, seen.Count);
        Assert.InRange(pages, 2, 20);
    }

    [Fact]
    public async Task Sink_ThatFailsForAWhile_GetsEveryEventInOrder()
    {
        var sink = new BrokenSink();
        await using AuthCluster cluster = await AuthCluster.StartAsync(prepare: i => i.MoreSinks.Add(sink));
        JoinedHost node = await cluster.JoinAsync(SystemRole.Node);
        sink.IsBroken = true;
        for (int i = 0; i < 5; i++)
        {
            await EmitAsync(node, $$"""{"event":"exec","code":"T3002I","command":"{{i}}"}""");
        }

        // The other sink has them, and callers were not kept waiting.
        Assert.Equal(5, (await cluster.EventsAsync("exec")).Count);
        Assert.DoesNotContain(sink.Records, static r => r.Event == "exec");
        string[] spooled = Directory.GetFiles(Path.Combine(cluster.Instance.DataDir, "log", "spool-audit", "sink-2"));
        Assert.NotEmpty(spooled);

        sink.IsBroken = false;
        await sink.WaitForAsync(records => records.Count(static r => r.Event == "exec") == 5);

        Assert.Equal(
            ["0", "1", "2", "3", "4"],
            sink.Records.Where(static r => r.Event == "exec").Select(static r => JsonDocument.Parse(r.Json).RootElement.GetProperty("command").GetString()));
    }

    [Fact]
    public async Task Spool_LeftBehindByAStop_IsDeliveredAfterTheNextStart()
    {
        string folder = Directory.CreateTempSubdirectory("teleport-auth-").FullName;
        try
        {
            await using (AuthCluster first = await AuthCluster.StartAsync(dataDir: folder, prepare: static i => i.MoreSinks.Add(new BrokenSink { IsBroken = true })))
            {
                await first.CreateUserAsync("alice", "access");
            }

            var sink = new BrokenSink();
            await using AuthCluster second = await AuthCluster.StartAsync(dataDir: folder, prepare: i => i.MoreSinks.Add(sink));

            await sink.WaitForAsync(static records => records.Any(static r => r.Event == "user.create"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task EmitAsync(JoinedHost host, params string[] events) =>
        await host.Client.Audit.EmitAsync(new EmitRequest { Events = { events.Select(ByteString.CopyFromUtf8) } });

    private sealed class BrokenSink : IAuditLog
    {
        private readonly Lock _gate = new();
        private readonly List<AuditRecord> _records = [];
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsBroken { get; set; }

        public bool CanSearch => false;

        public IReadOnlyList<AuditRecord> Records
        {
            get
            {
                lock (_gate)
                {
                    return [.. _records];
                }
            }
        }

        public ValueTask AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellationToken)
        {
            if (IsBroken)
            {
                throw new IOException("the disk is on fire");
            }

            lock (_gate)
            {
                _records.AddRange(records);
                _changed.TrySetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return ValueTask.CompletedTask;
        }

        public async Task WaitForAsync(Func<IReadOnlyList<AuditRecord>, bool> condition)
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    changed = _changed.Task;
                }

                if (condition(Records))
                {
                    return;
                }

                await changed.WaitAsync(TimeSpan.FromSeconds(60));
            }
        }

        public ValueTask<AuditPage> SearchAsync(AuditQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
