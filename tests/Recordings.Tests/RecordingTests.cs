using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Teleport.Recordings.Tests;

public class RecordingTests
{
    private static readonly CancellationToken Limit = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private static readonly RecordingStart Start = new()
    {
        SessionId = Guid.Parse("7aa45401-cbff-4dbd-99e1-20e2b164bc09"), Begun = DateTimeOffset.UnixEpoch, User = "alice", Login = "root", Hostname = "web1", Columns = 80, Rows = 24,
    };

    [Fact]
    public async Task Read_WrittenRecording_GivesEveryEventInOrder()
    {
        byte[] recording = await WriteAsync(async writer =>
        {
            await writer.WriteOutputAsync("one"u8.ToArray(), Limit);
            await writer.WriteResizeAsync(100, 50, Limit);
            await writer.WriteOutputAsync("two"u8.ToArray(), Limit);
        });
        (List<RecordingEvent> events, bool complete) = await ReadAsync(recording);
        Assert.True(complete);
        Assert.Equal("alice", Assert.IsType<RecordingStarted>(events[0]).Start.User);
        Assert.Equal("one", Text(events[1]));
        Assert.Equal((100, 50), (((RecordingResized)events[2]).Columns, ((RecordingResized)events[2]).Rows));
        Assert.Equal("two", Text(events[3]));
        Assert.Equal(7, Assert.IsType<RecordingEnded>(events[4]).End.ExitStatus);
    }

    [Fact]
    public async Task Write_MuchFromManyThreads_NothingIsLostAndTimesNeverFall()
    {
        byte[] recording = await WriteAsync(async writer => await Task.WhenAll(Enumerable.Range(0, 8).Select(async thread =>
        {
            for (int i = 0; i < 500; i++)
            {
                await writer.WriteOutputAsync(Encoding.ASCII.GetBytes($"{thread}:{i};" + new string('x', i)), Limit);
            }
        })));
        (List<RecordingEvent> events, _) = await ReadAsync(recording);
        Assert.Equal(4002, events.Count);
        for (int thread = 0; thread < 8; thread++)
        {
            int[] order = [.. events.OfType<RecordingOutput>().Select(Text).Where(text => text.StartsWith($"{thread}:", StringComparison.Ordinal))
                .Select(static text => int.Parse(text.Split(':', ';')[1], System.Globalization.CultureInfo.InvariantCulture))];
            Assert.Equal(Enumerable.Range(0, 500), order);
        }

        Assert.True(events.Zip(events.Skip(1)).All(static pair => pair.First.Time <= pair.Second.Time));
    }

    [Fact]
    public async Task Read_CutOffAnywhere_GivesWhatIsWholeAndSaysSo()
    {
        byte[] recording = await WriteAsync(async writer =>
        {
            byte[] noise = RandomNumberGenerator.GetBytes(200_000);
            await writer.WriteOutputAsync(noise, Limit);
        });
        (List<RecordingEvent> all, _) = await ReadAsync(recording);
        for (int length = RecordingFormat.Magic.Length; length < recording.Length; length += 997)
        {
            (List<RecordingEvent> events, bool complete) = await ReadAsync(recording[..length]);
            Assert.False(complete);
            Assert.True(events.Count < all.Count);
        }
    }

    [Fact]
    public async Task H48_AnyByteChanged_IsFoundOut()
    {
        byte[] recording = await WriteAsync(async writer => await writer.WriteOutputAsync(RandomNumberGenerator.GetBytes(150_000), Limit));
        for (int position = 0; position < recording.Length; position += 613)
        {
            byte[] changed = [.. recording];
            changed[position] ^= 0x40;
            try
            {
                // A length that is changed to a larger one looks as if the rest had been cut off.
                Assert.False((await ReadAsync(changed)).Complete);
            }
            catch (RecordingException)
            {
                // Found out.
            }
        }
    }

    [Fact]
    public async Task H48_ChunkRemovedOrSwapped_BreaksTheChain()
    {
        byte[] recording = await WriteAsync(async writer => await writer.WriteOutputAsync(RandomNumberGenerator.GetBytes(300_000), Limit));
        List<Range> chunks = Chunks(recording);
        Assert.True(chunks.Count >= 4);
        byte[] removed = [.. recording[..chunks[1].Start.Value], .. recording[chunks[2].Start.Value..]];
        await Assert.ThrowsAsync<RecordingException>(async () => await ReadAsync(removed));
        byte[] swapped = [.. recording[..chunks[1].Start.Value], .. recording[chunks[2]], .. recording[chunks[1]], .. recording[chunks[3].Start.Value..]];
        await Assert.ThrowsAsync<RecordingException>(async () => await ReadAsync(swapped));
        byte[] appended = [.. recording, .. recording[chunks[1]]];
        await Assert.ThrowsAsync<RecordingException>(async () => await ReadAsync(appended));
        await ReadAsync(recording);
    }

    [Theory]
    [InlineData(uint.MaxValue, 10u, 1u, 0u)]
    [InlineData(10u, uint.MaxValue, 1u, 0u)]
    [InlineData(0u, 10u, 1u, 0u)]
    [InlineData(10u, 10u, 100u, 0u)]
    [InlineData(10u, 10u, 1u, 2u)]
    public async Task H48_HeaderThatLies_IsRefusedBeforeABufferIsMade(uint compressed, uint length, uint events, uint flags)
    {
        byte[] header = new byte[RecordingFormat.ChunkHeaderBytes];
        BinaryPrimitives.WriteUInt32BigEndian(header, compressed);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), length);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), events);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), flags);
        byte[] recording = [.. RecordingFormat.Magic.ToArray(), .. header, .. new byte[64]];
        await Assert.ThrowsAsync<RecordingException>(async () => await ReadAsync(recording));
    }

    [Fact]
    public async Task H48_ChunkThatUnpacksToMore_IsRefused()
    {
        byte[] bomb = new byte[10 * 1024 * 1024];
        byte[] packed = new byte[1024];
        Assert.True(BrotliEncoder.TryCompress(bomb, packed, out int length, 5, 22));
        byte[] header = new byte[RecordingFormat.ChunkHeaderBytes];
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)length);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 1024);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), 1);
        byte[] chunk = [.. header, .. packed[..length]];
        RecordingFormat.HashOf(SHA256.HashData(RecordingFormat.Magic), chunk).CopyTo(chunk, RecordingFormat.LengthsBytes);
        byte[] recording = [.. RecordingFormat.Magic.ToArray(), .. chunk];
        await Assert.ThrowsAsync<RecordingException>(async () => await ReadAsync(recording));
    }

    [Theory]
    [InlineData("")]
    [InlineData("TPREC")]
    [InlineData("not a recording at all")]
    public async Task Read_SomethingElse_IsARecordingException(string text) =>
        await Assert.ThrowsAsync<RecordingException>(async () => await ReadAsync(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public async Task WriteAsync_Asciicast_HasAHeaderAndWholeCharacters()
    {
        byte[] recording = await WriteAsync(async writer =>
        {
            byte[] umlaut = Encoding.UTF8.GetBytes("grün\u001b[1m");
            await writer.WriteOutputAsync(umlaut.AsMemory(0, 3), Limit);
            await writer.WriteOutputAsync(umlaut.AsMemory(3), Limit);
            await writer.WriteResizeAsync(132, 43, Limit);
        });
        using var output = new MemoryStream();
        await Asciicast.WriteAsync(new RecordingReader(new MemoryStream(recording)), output, Limit);
        string[] lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonElement header = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal((2, 80, 24), (header.GetProperty("version").GetInt32(), header.GetProperty("width").GetInt32(), header.GetProperty("height").GetInt32()));
        JsonElement[] rows = [.. lines.Skip(1).Select(static line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal("grün\u001b[1m", string.Concat(rows.Where(static r => r[1].GetString() == "o").Select(static r => r[2].GetString())));
        Assert.Equal("132x43", rows.Single(static r => r[1].GetString() == "r")[2].GetString());
    }

    [Fact]
    public async Task Write_DiskFails_SessionGoesOnAndTheFailureIsTold()
    {
        await using var writer = new RecordingWriter(new FullDisk(), Start, TimeProvider.System);
        for (int i = 0; i < 100; i++)
        {
            await writer.WriteOutputAsync(RandomNumberGenerator.GetBytes(30_000), Limit);
        }

        await writer.CompleteAsync(new RecordingEnd());
        Assert.IsType<IOException>(writer.Failure);
    }

    [Fact]
    public async Task Write_ThenDisposeWithoutEnd_IsReadableButCutOff()
    {
        var file = new MemoryStream();
        var writer = new RecordingWriter(file, Start, TimeProvider.System);
        await writer.WriteOutputAsync("half"u8.ToArray(), Limit);
        await writer.DisposeAsync();
        (List<RecordingEvent> events, bool complete) = await ReadAsync(file.ToArray());
        Assert.False(complete);
        Assert.Equal("half", Text(events[1]));
    }

    private static async Task<byte[]> WriteAsync(Func<RecordingWriter, Task> write)
    {
        var file = new MemoryStream();
        await using (var writer = new RecordingWriter(file, Start, TimeProvider.System))
        {
            await write(writer);
            await writer.CompleteAsync(new RecordingEnd { ExitStatus = 7 });
            Assert.Null(writer.Failure);
        }

        return file.ToArray();
    }

    private static async Task<(List<RecordingEvent> Events, bool Complete)> ReadAsync(byte[] recording)
    {
        var reader = new RecordingReader(new MemoryStream(recording));
        var events = new List<RecordingEvent>();
        await foreach (RecordingEvent item in reader.ReadAsync(Limit))
        {
            events.Add(item);
        }

        return (events, reader.IsComplete);
    }

    private static string Text(RecordingEvent item) => Encoding.ASCII.GetString(((RecordingOutput)item).Bytes.Span);

    private static List<Range> Chunks(byte[] recording)
    {
        var chunks = new List<Range>();
        for (int position = RecordingFormat.Magic.Length; position < recording.Length;)
        {
            int length = RecordingFormat.ChunkHeaderBytes + BinaryPrimitives.ReadInt32BigEndian(recording.AsSpan(position));
            chunks.Add(position..(position + length));
            position += length;
        }

        return chunks;
    }

    private sealed class FullDisk : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException(new IOException("No space left on device"));
    }
}
