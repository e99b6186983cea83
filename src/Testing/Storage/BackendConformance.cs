using System.Text;
using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Storage;
using Xunit;

namespace Teleport.Testing.Storage;

/// <summary>What every <see cref="IBackend"/> must do. Derive a test class from it and open your backend; xunit runs the rest.</summary>
public abstract class BackendConformance : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _limit = new(Patience);
    private IBackend? _backend;

    /// <summary>The clock that items expire by. Tests move it.</summary>
    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>The backend under test, open and empty at the start of each test.</summary>
    protected IBackend Backend => _backend ?? throw new InvalidOperationException("The backend is not open yet.");

    /// <summary>Ends every wait of a test.</summary>
    protected CancellationToken Limit => _limit.Token;

    /// <summary>Opens the backend over the same state again and again within a test; empty at the start of each test.</summary>
    protected abstract ValueTask<IBackend> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Makes the backend notice expired items soon, where its clock alone does not.</summary>
    protected virtual ValueTask ExpireAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => _backend = await OpenAsync(Limit);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (_backend is not null)
        {
            await _backend.DisposeAsync();
        }

        _limit.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A written item is read back with the revision of its commit.</summary>
    [Fact]
    public async Task Get_WrittenItem_IsReadBack()
    {
        DateTimeOffset expires = Time.GetUtcNow().AddHours(1);
        long revision = await Backend.PutAsync(Key("a"), Bytes("one"), expires, Limit);
        BackendItem item = Assert.IsType<BackendItem>(await Backend.GetAsync(Key("a"), Limit));
        Assert.Equal(("one", revision, (DateTimeOffset?)expires), (Text(item), item.Revision, item.Expires));
        Assert.Null(await Backend.GetAsync(Key("b"), Limit));
    }

    /// <summary>Every commit has a greater revision than all before.</summary>
    [Fact]
    public async Task Commit_OneAfterTheOther_RevisionsGrow()
    {
        long last = 0;
        for (int i = 0; i < 20; i++)
        {
            long revision = await Backend.PutAsync(Key("k"), Bytes($"{i}"), null, Limit);
            Assert.True(revision > last);
            last = revision;
        }
    }

    /// <summary>A range is in key order, byte by byte, and stays below its key.</summary>
    [Fact]
    public async Task Range_ManyKeys_AreInByteOrderAndBesideNothing()
    {
        string[] names = ["b", "a", "user1", "user10", "user1x", "B", "ä", "user2", "a-b", "a.b", "~"];
        foreach (string name in names)
        {
            await Backend.PutAsync(BackendKey.Of("t", name), Bytes(name), null, Limit);
        }

        await Backend.PutAsync(BackendKey.Of("t2", "x"), Bytes("beside"), null, Limit);
        await Backend.PutAsync(BackendKey.Of("t"), Bytes("above"), null, Limit);
        await Backend.PutAsync(BackendKey.Of("t", "user1", "deep"), Bytes("deep"), null, Limit);

        List<string> all = await ListAsync(BackendKey.Of("t"));
        string[] expected = [.. names.Append("user1/deep").Select(static n => "t/" + n).OrderBy(static n => n, StringComparer.Ordinal)];
        Assert.Equal(expected, all);
        Assert.Equal(["t/user1/deep"], await ListAsync(BackendKey.Of("t", "user1")));
    }

    /// <summary>A range in pages is complete and without repetition.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(11)]
    public async Task Range_InPages_GoesOnWhereItStopped(int limit)
    {
        for (int i = 0; i < 10; i++)
        {
            await Backend.PutAsync(BackendKey.Of("p", $"{i}"), Bytes($"{i}"), null, Limit);
        }

        var seen = new List<string>();
        BackendKey? from = BackendKey.Of("p").RangeStart();
        while (from is { } start)
        {
            BackendPage page = await Backend.RangeAsync(start, BackendKey.Of("p").RangeEnd(), limit, Limit);
            Assert.InRange(page.Items.Count, 0, limit);
            seen.AddRange(page.Items.Select(static item => item.Key.Name));
            from = page.Next;
        }

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], seen);
    }

    /// <summary>A condition on the revision lets one writer win.</summary>
    [Fact]
    public async Task Commit_StaleRevision_IsRefusedAndWritesNothing()
    {
        await Backend.CreateAsync(Key("a"), Bytes("1"), null, Limit);
        BackendItem read = (await Backend.GetAsync(Key("a"), Limit))!;
        await Backend.ReplaceAsync(read, Bytes("2"), null, Limit);
        await Assert.ThrowsAsync<BackendConflictException>(async () => await Backend.ReplaceAsync(read, Bytes("3"), null, Limit));
        await Assert.ThrowsAsync<BackendConflictException>(async () => await Backend.CreateAsync(Key("a"), Bytes("4"), null, Limit));
        await Assert.ThrowsAsync<BackendConflictException>(async () => await Backend.DeleteAsync(Key("none"), Limit));
        Assert.Equal("2", Text((await Backend.GetAsync(Key("a"), Limit))!));
    }

    /// <summary>All operations of a commit happen, or none.</summary>
    [Fact]
    public async Task Commit_OneOfManyConditionsFails_NothingIsWritten()
    {
        await Backend.PutAsync(Key("a"), Bytes("1"), null, Limit);
        var commit = new BackendCommit(
            [BackendCondition.Exists(Key("a")), BackendCondition.Missing(Key("b")), BackendCondition.Exists(Key("c"))],
            [BackendOperation.Put(Key("a"), Bytes("2")), BackendOperation.Put(Key("b"), Bytes("2")), BackendOperation.Delete(Key("a2"))]);
        BackendConflictException error = await Assert.ThrowsAsync<BackendConflictException>(async () => await Backend.CommitAsync(commit, Limit));
        Assert.Equal(Key("c"), error.Condition.Key);
        Assert.Equal("1", Text((await Backend.GetAsync(Key("a"), Limit))!));
        Assert.Null(await Backend.GetAsync(Key("b"), Limit));

        await Backend.PutAsync(Key("c"), Bytes("x"), null, Limit);
        long revision = await Backend.CommitAsync(commit, Limit);
        Assert.Equal(revision, (await Backend.GetAsync(Key("a"), Limit))!.Revision);
        Assert.Equal(revision, (await Backend.GetAsync(Key("b"), Limit))!.Revision);
    }

    /// <summary>Of many that create the same key at once, one wins.</summary>
    [Fact]
    public async Task Commit_ManyCreateTheSame_ExactlyOneWins()
    {
        bool[] won = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            try
            {
                await Backend.CreateAsync(Key("one"), Bytes($"{i}"), null, Limit);
                return true;
            }
            catch (BackendConflictException)
            {
                return false;
            }
        }));
        Assert.Equal(1, won.Count(static w => w));
        Assert.Equal($"{Array.IndexOf(won, true)}", Text((await Backend.GetAsync(Key("one"), Limit))!));
    }

    /// <summary>Counters that are raised by compare-and-swap lose no step.</summary>
    [Fact]
    public async Task Commit_ManyRaiseACounter_NoStepIsLost()
    {
        await Backend.PutAsync(Key("n"), Bytes("0"), null, Limit);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            for (int done = 0; done < 5;)
            {
                BackendItem item = (await Backend.GetAsync(Key("n"), Limit))!;
                try
                {
                    await Backend.ReplaceAsync(item, Bytes($"{int.Parse(Text(item), System.Globalization.CultureInfo.InvariantCulture) + 1}"), null, Limit);
                    done++;
                }
                catch (BackendConflictException)
                {
                    // Somebody else was faster: read again.
                }
            }
        }));
        Assert.Equal("50", Text((await Backend.GetAsync(Key("n"), Limit))!));
    }

    /// <summary>An expired item is gone at once: for reads, ranges and conditions.</summary>
    [Fact]
    public async Task H46_ExpiredItem_IsInvisibleAtOnce()
    {
        await Backend.PutAsync(Key("a"), Bytes("1"), Time.GetUtcNow().AddSeconds(10), Limit);
        BackendItem read = (await Backend.GetAsync(Key("a"), Limit))!;
        Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Null(await Backend.GetAsync(Key("a"), Limit));
        Assert.Empty(await ListAsync(BackendKey.Of("t")));
        await Assert.ThrowsAsync<BackendConflictException>(async () => await Backend.ReplaceAsync(read, Bytes("2"), null, Limit));
        await Backend.CreateAsync(Key("a"), Bytes("3"), null, Limit);
        Assert.Equal("3", Text((await Backend.GetAsync(Key("a"), Limit))!));
    }

    /// <summary>A watch sees the removal of an expired item.</summary>
    [Fact]
    public async Task Watch_ItemExpires_IsSeenAsDeletion()
    {
        long start = await Backend.PutAsync(Key("a"), Bytes("1"), Time.GetUtcNow().AddSeconds(10), Limit);
        await using IAsyncEnumerator<BackendChange> watch = Backend.WatchAsync(BackendKey.Of("t"), start, Limit).GetAsyncEnumerator(Limit);
        ValueTask<bool> next = watch.MoveNextAsync();
        Time.Advance(TimeSpan.FromSeconds(11));
        await ExpireAsync();
        Assert.True(await next);
        Assert.Equal((Key("a"), null), (watch.Current.Key, watch.Current.Item));
    }

    /// <summary>A watch delivers every change below its prefix once, in order, from before and after it began.</summary>
    [Fact]
    public async Task Watch_ChangesBeforeAndAfter_EachComesOnceInOrder()
    {
        long start = await Backend.PutAsync(Key("first"), Bytes("0"), null, Limit);
        for (int i = 0; i < 50; i++)
        {
            await Backend.PutAsync(Key($"k{i % 7}"), Bytes($"{i}"), null, Limit);
            await Backend.PutAsync(BackendKey.Of("other", $"{i}"), Bytes("x"), null, Limit);
        }

        Task<List<BackendChange>> watch = TakeAsync(start, 100);
        for (int i = 50; i < 100; i++)
        {
            await Backend.PutAsync(Key($"k{i % 7}"), Bytes($"{i}"), null, Limit);
        }

        List<BackendChange> changes = await watch;
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"{i}"), changes.Select(static c => Text(c.Item!)));
        Assert.True(changes.Zip(changes.Skip(1)).All(static pair => pair.First.Revision < pair.Second.Revision));
    }

    /// <summary>A watch that is taken up at the last revision seen misses and repeats nothing, also while others write.</summary>
    [Fact]
    public async Task Watch_TakenUpAgainAndAgain_NothingIsMissedOrRepeated()
    {
        long known = await Backend.PutAsync(Key("start"), Bytes("s"), null, Limit);
        Task writes = Task.Run(
            async () =>
            {
                for (int i = 0; i < 200; i++)
                {
                    await Backend.PutAsync(Key("k"), Bytes($"{i}"), null, Limit);
                }
            },
            Limit);
        var seen = new List<string>();
        while (seen.Count < 200)
        {
            foreach (BackendChange change in await TakeAsync(known, Math.Min(13, 200 - seen.Count)))
            {
                seen.Add(Text(change.Item!));
                known = change.Revision;
            }
        }

        await writes;
        Assert.Equal(Enumerable.Range(0, 200).Select(static i => $"{i}"), seen);
    }

    /// <summary>A watch after the revision of a range continues it without gap.</summary>
    [Fact]
    public async Task Watch_AfterARange_ContinuesIt()
    {
        await Backend.PutAsync(Key("a"), Bytes("1"), null, Limit);
        BackendPage page = await Backend.RangeAsync(BackendKey.Of("t").RangeStart(), BackendKey.Of("t").RangeEnd(), 10, Limit);
        await Backend.PutAsync(Key("b"), Bytes("2"), null, Limit);
        Assert.Equal(Key("b"), Assert.Single(await TakeAsync(page.Revision, 1)).Key);
    }

    /// <summary>Several changes of one commit carry its revision and come together.</summary>
    [Fact]
    public async Task Watch_CommitOfSeveral_HasOneRevision()
    {
        long start = await Backend.PutAsync(Key("a"), Bytes("1"), null, Limit);
        long revision = await Backend.CommitAsync(
            new BackendCommit([], [BackendOperation.Delete(Key("a")), BackendOperation.Put(Key("b"), Bytes("2"))]), Limit);
        List<BackendChange> changes = await TakeAsync(start, 2);
        Assert.All(changes, change => Assert.Equal(revision, change.Revision));
        Assert.Equal([Key("a"), Key("b")], changes.Select(static c => c.Key).Order());
    }

    /// <summary>A watch ends when it is cancelled.</summary>
    [Fact]
    public async Task Watch_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        long start = await Backend.PutAsync(Key("a"), Bytes("1"), null, Limit);
        await using IAsyncEnumerator<BackendChange> watch = Backend.WatchAsync(BackendKey.Empty, start, stop.Token).GetAsyncEnumerator(stop.Token);
        ValueTask<bool> next = watch.MoveNextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    /// <summary>Names that look like parts of a path or a query reach nothing beside them.</summary>
    [Theory]
    [InlineData("%2f")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("a'; DROP TABLE items; --")]
    [InlineData("*")]
    [InlineData("\"")]
    [InlineData("é")]
    [InlineData("é")]
    public async Task H45_StrangeName_ReachesOnlyItself(string name)
    {
        await Backend.PutAsync(Key("plain"), Bytes("plain"), null, Limit);
        await Backend.PutAsync(Key(name), Bytes("strange"), null, Limit);
        Assert.Equal("strange", Text((await Backend.GetAsync(Key(name), Limit))!));
        Assert.Equal(2, (await ListAsync(BackendKey.Of("t"))).Count);
        await Backend.DeleteAsync(Key(name), Limit);
        Assert.Equal(["t/plain"], await ListAsync(BackendKey.Of("t")));
    }

    /// <summary>What was acknowledged is there after the backend was closed and opened again, revisions go on.</summary>
    [Fact]
    public async Task Open_Again_StateAndRevisionsGoOn()
    {
        long before = await Backend.PutAsync(Key("a"), Bytes("1"), null, Limit);
        await Backend.DisposeAsync();
        _backend = await OpenAsync(Limit);
        Assert.Equal(before, (await Backend.GetAsync(Key("a"), Limit))!.Revision);
        long after = await Backend.PutAsync(Key("b"), Bytes("2"), null, Limit);
        Assert.True(after > before);
        Assert.Equal(Key("b"), Assert.Single(await TakeAsync(before, 1)).Key);
    }

    /// <summary>Limits on values and commits hold.</summary>
    [Fact]
    public async Task Commit_OverTheLimits_IsRefused()
    {
        await Assert.ThrowsAnyAsync<Abstractions.Errors.TeleportException>(async () =>
            await Backend.PutAsync(Key("a"), new byte[IBackend.MaxValueBytes + 1], null, Limit));
        BackendOperation[] many = [.. Enumerable.Range(0, IBackend.MaxCommitItems + 1).Select(static i => BackendOperation.Put(Key($"{i}"), Bytes("x")))];
        await Assert.ThrowsAnyAsync<Abstractions.Errors.TeleportException>(async () => await Backend.CommitAsync(new BackendCommit([], many), Limit));
        await Backend.PutAsync(Key("a"), new byte[IBackend.MaxValueBytes], null, Limit);
        await Backend.CommitAsync(new BackendCommit([], many[..^1]), Limit);
    }

    /// <summary>The key of a test item.</summary>
    protected static BackendKey Key(string name) => BackendKey.Of("t", name);

    /// <summary>Text as a value.</summary>
    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A value as text.</summary>
    protected static string Text(BackendItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return Encoding.UTF8.GetString(item.Value.Span);
    }

    private async Task<List<string>> ListAsync(BackendKey below)
    {
        var keys = new List<string>();
        await foreach (BackendItem item in Backend.ListAsync(below, Limit))
        {
            keys.Add(item.Key.ToString());
        }

        return keys;
    }

    private async Task<List<BackendChange>> TakeAsync(long afterRevision, int count)
    {
        var changes = new List<BackendChange>();
        await foreach (BackendChange change in Backend.WatchAsync(BackendKey.Of("t"), afterRevision, Limit))
        {
            changes.Add(change);
            if (changes.Count == count)
            {
                break;
            }
        }

        return changes;
    }
}
