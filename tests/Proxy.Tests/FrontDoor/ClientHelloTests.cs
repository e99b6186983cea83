using System.IO.Pipelines;
using System.Net.Security;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.Tests.FrontDoor;

public sealed class ClientHelloTests
{
    [Fact]
    public async Task TryRead_HelloOfARealClient_HasNameAndProtocols()
    {
        byte[] hello = await HelloAsync("Web.Lab.Example", "teleport-auth@6c6162", "h2", "http/1.1");

        Assert.Equal(ParseStatus.Complete, ClientHello.TryRead(hello, out ClientHello? read));
        Assert.Equal("web.lab.example", read!.ServerName);
        Assert.Equal(["teleport-auth@6c6162", "h2", "http/1.1"], read.ApplicationProtocols);
    }

    [Fact]
    public async Task TryRead_HelloWithoutNameAndProtocols_HasNone()
    {
        byte[] hello = await HelloAsync("127.0.0.1");

        Assert.Equal(ParseStatus.Complete, ClientHello.TryRead(hello, out ClientHello? read));
        Assert.Null(read!.ServerName);
        Assert.Empty(read.ApplicationProtocols);
    }

    [Fact]
    public async Task TryRead_EveryTruncation_WaitsForMore()
    {
        byte[] hello = await HelloAsync("web.lab.example", "h2");
        for (int length = 0; length < hello.Length; length++)
        {
            Assert.Equal(ParseStatus.Incomplete, ClientHello.TryRead(hello.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task TryRead_SpreadOverRecords_IsReadAllTheSame(int recordBytes)
    {
        byte[] hello = await HelloAsync("web.lab.example", "h2");
        var spread = new List<byte>();
        foreach (byte[] part in hello.Skip(5).Chunk(recordBytes))
        {
            spread.AddRange([22, 3, 1, (byte)(part.Length >> 8), (byte)part.Length, .. part]);
        }

        // One byte a record makes more headers than a hello may have, unless it is small.
        ParseStatus status = ClientHello.TryRead(spread.ToArray(), out ClientHello? read);
        Assert.Equal(ParseStatus.Complete, status);
        Assert.Equal("web.lab.example", read!.ServerName);
    }

    [Theory]
    [InlineData(new byte[] { 22, 3, 1, 0, 0 })]
    [InlineData(new byte[] { 22, 2, 1, 0, 4 })]
    [InlineData(new byte[] { 22, 3, 1, 0x40, 1 })]
    [InlineData(new byte[] { 22, 3, 1, 0, 4, 2, 0, 0, 0 })]
    [InlineData(new byte[] { 22, 3, 1, 0, 4, 1, 1, 0, 0 })]
    [InlineData(new byte[] { 22, 3, 1, 0, 4, 1, 0, 0, 0 })]
    [InlineData(new byte[] { 23, 3, 1, 0, 4 })]
    public void TryRead_NoHello_IsInvalid(byte[] bytes) => Assert.Equal(ParseStatus.Invalid, ClientHello.TryRead(bytes, out _));

    [Fact]
    public async Task TryRead_AnyByteChanged_NeverThrowsAndNeverReadsPastTheEnd()
    {
        byte[] hello = await HelloAsync("web.lab.example", "teleport-proxy-ssh", "h2");
        var random = new Random(20260729);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] changed = [.. hello];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            ParseStatus status = ClientHello.TryRead(changed.AsSpan(0, random.Next(changed.Length + 1)), out ClientHello? read);
            Assert.Equal(status == ParseStatus.Complete, read is not null);
        }
    }

    [Theory]
    [InlineData("web.lab.example\0.evil")]
    [InlineData("web lab")]
    [InlineData("<script>")]
    public void TryRead_NameThatIsNone_IsInvalid(string name)
    {
        byte[] host = [.. name.Select(static c => (byte)c)];
        byte[] entry = [0, 0, (byte)host.Length, .. host];
        byte[] list = [0, (byte)entry.Length, .. entry];
        byte[] extension = [0, 0, 0, (byte)list.Length, .. list];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, (byte)extension.Length, .. extension];
        byte[] message = [1, 0, 0, (byte)body.Length, .. body];

        Assert.Equal(ParseStatus.Invalid, ClientHello.TryRead([22, 3, 1, 0, (byte)message.Length, .. message], out _));
    }

    /// <summary>The first flight of the framework's own TLS client.</summary>
    internal static async Task<byte[]> HelloAsync(string name, params string[] protocols)
    {
        var toServer = new Pipe();
        var toClient = new Pipe();
        await using var stream = new DuplexStream(toClient.Reader.AsStream(), toServer.Writer.AsStream());
        await using var tls = new SslStream(stream);
        Task handshake = tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Select(static p => new SslApplicationProtocol(p))],
        });
        ReadResult first = await toServer.Reader.ReadAsync(TestContext.Current.CancellationToken);
        byte[] hello = [.. System.Buffers.BuffersExtensions.ToArray(first.Buffer)];
        await toClient.Writer.CompleteAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => handshake);
        return hello;
    }

    private sealed class DuplexStream(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => output.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
