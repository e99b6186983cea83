using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Recordings;
using Xunit;

namespace Teleport.Testing.Recordings;

/// <summary>What every <see cref="IRecordingStore"/> must do. Derive a test class from it and open your store; xunit runs the rest.</summary>
public abstract class RecordingStoreConformance : IAsyncLifetime
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private IRecordingStore? _store;

    /// <summary>The store under test.</summary>
    protected IRecordingStore Store => _store ?? throw new InvalidOperationException("The store is not open yet.");

    /// <summary>Ends every wait of a test.</summary>
    protected CancellationToken Limit => _limit.Token;

    /// <summary>Opens the store over the same content again and again within a test; empty at the start of each test.</summary>
    protected abstract ValueTask<IRecordingStore> OpenAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => _store = await OpenAsync(Limit);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _limit.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A recording is its parts in order of their numbers, in whatever order they came.</summary>
    [Fact]
    public async Task Complete_PartsInAnyOrder_AreJoinedByNumber()
    {
        Guid session = Guid.NewGuid();
        RecordingUpload upload = await Store.BeginAsync(session, Limit);
        await Store.UploadPartAsync(upload, 2, Part(2), Limit);
        await Store.UploadPartAsync(upload, 1, Part(1), Limit);
        await Store.UploadPartAsync(upload, 3, "end"u8.ToArray(), Limit);
        Assert.Equal([(1, Part(1).Length), (2, Part(2).Length), (3, 3L)], (await Store.ListPartsAsync(upload, Limit)).Select(static p => (p.Number, p.Bytes)));
        await Store.CompleteAsync(upload, Limit);
        byte[] expected = [.. Part(1), .. Part(2), .. "end"u8.ToArray()];
        Assert.Equal(expected, await ReadAsync(session));
    }

    /// <summary>A part that is sent again replaces the earlier one.</summary>
    [Fact]
    public async Task UploadPart_SameNumberAgain_ReplacesIt()
    {
        Guid session = Guid.NewGuid();
        RecordingUpload upload = await Store.BeginAsync(session, Limit);
        await Store.UploadPartAsync(upload, 1, "first"u8.ToArray(), Limit);
        await Store.UploadPartAsync(upload, 1, "second"u8.ToArray(), Limit);
        await Store.CompleteAsync(upload, Limit);
        Assert.Equal("second"u8.ToArray(), await ReadAsync(session));
    }

    /// <summary>What is not complete cannot be read.</summary>
    [Fact]
    public async Task OpenRead_NotComplete_IsNotFound()
    {
        Guid session = Guid.NewGuid();
        RecordingUpload upload = await Store.BeginAsync(session, Limit);
        await Store.UploadPartAsync(upload, 1, "x"u8.ToArray(), Limit);
        TeleportException error = await Assert.ThrowsAsync<TeleportException>(async () => await Store.OpenReadAsync(session, Limit));
        Assert.Equal(ErrorCode.NotFound, error.Code);
        await Store.CompleteAsync(upload, Limit);
        Assert.Equal("x"u8.ToArray(), await ReadAsync(session));
    }

    /// <summary>A finished recording is never overwritten, neither by a later nor by a concurrent upload.</summary>
    [Fact]
    public async Task H48_SecondUploadOfASession_NeverOverwrites()
    {
        Guid session = Guid.NewGuid();
        RecordingUpload first = await Store.BeginAsync(session, Limit);
        RecordingUpload second = await Store.BeginAsync(session, Limit);
        await Store.UploadPartAsync(first, 1, "genuine"u8.ToArray(), Limit);
        await Store.UploadPartAsync(second, 1, "forged"u8.ToArray(), Limit);
        await Store.CompleteAsync(first, Limit);
        await AssertConflictAsync(async () => await Store.CompleteAsync(second, Limit));
        await AssertConflictAsync(async () => await Store.BeginAsync(session, Limit));
        Assert.Equal("genuine"u8.ToArray(), await ReadAsync(session));
    }

    /// <summary>Running uploads are listed until they end, and go on after the store was opened again.</summary>
    [Fact]
    public async Task ListUploads_OpenedAgain_UploadsGoOn()
    {
        Guid session = Guid.NewGuid();
        RecordingUpload upload = await Store.BeginAsync(session, Limit);
        await Store.UploadPartAsync(upload, 1, Part(1), Limit);
        await Store.DisposeAsync();
        _store = await OpenAsync(Limit);
        RecordingUpload found = Assert.Single(await ListAsync());
        Assert.Equal(session, found.SessionId);
        await Store.UploadPartAsync(found, 2, "end"u8.ToArray(), Limit);
        await Store.CompleteAsync(found, Limit);
        Assert.Empty(await ListAsync());
        byte[] expected = [.. Part(1), .. "end"u8.ToArray()];
        Assert.Equal(expected, await ReadAsync(session));
    }

    /// <summary>A given up upload is gone, and the session may be uploaded anew.</summary>
    [Fact]
    public async Task Abort_Upload_IsGone()
    {
        Guid session = Guid.NewGuid();
        RecordingUpload upload = await Store.BeginAsync(session, Limit);
        await Store.UploadPartAsync(upload, 1, "x"u8.ToArray(), Limit);
        await Store.AbortAsync(upload, Limit);
        Assert.Empty(await ListAsync());
        await Assert.ThrowsAsync<TeleportException>(async () => await Store.UploadPartAsync(upload, 2, "y"u8.ToArray(), Limit));
        await Store.BeginAsync(session, Limit);
    }

    /// <summary>An upload id that the store did not make reaches nothing.</summary>
    [Theory]
    [InlineData("../../../etc")]
    [InlineData("")]
    [InlineData("x/y")]
    [InlineData("/tmp")]
    public async Task H48_ForgedUploadId_IsRefused(string id)
    {
        RecordingUpload upload = await Store.BeginAsync(Guid.NewGuid(), Limit);
        RecordingUpload forged = upload with { UploadId = id };
        await Assert.ThrowsAsync<TeleportException>(async () => await Store.UploadPartAsync(forged, 1, "x"u8.ToArray(), Limit));
        await Assert.ThrowsAsync<TeleportException>(async () => await Store.CompleteAsync(forged, Limit));
        await Store.UploadPartAsync(upload, 1, "x"u8.ToArray(), Limit);
    }

    private byte[] Part(int seed)
    {
        byte[] part = new byte[Store.MinPartBytes + seed];
        Array.Fill(part, (byte)seed);
        return part;
    }

    private async Task<byte[]> ReadAsync(Guid session)
    {
        await using Stream stream = await Store.OpenReadAsync(session, Limit);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Limit);
        return copy.ToArray();
    }

    private async Task<List<RecordingUpload>> ListAsync()
    {
        var uploads = new List<RecordingUpload>();
        await foreach (RecordingUpload upload in Store.ListUploadsAsync(Limit))
        {
            uploads.Add(upload);
        }

        return uploads;
    }

    private static async Task AssertConflictAsync(Func<Task> action) =>
        Assert.Equal(ErrorCode.Conflict, (await Assert.ThrowsAsync<TeleportException>(action)).Code);
}
