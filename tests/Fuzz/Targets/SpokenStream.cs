namespace Teleport.Fuzz.Targets;

/// <summary>A peer that has said all that it will say, and takes whatever it is told.</summary>
internal sealed class SpokenStream(byte[] input) : MemoryStream(input, writable: false)
{
    public override bool CanWrite => true;

    public override void Write(byte[] buffer, int offset, int count) => _ = buffer;

    public override void Write(ReadOnlySpan<byte> buffer) => _ = buffer.Length;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
