using System.Buffers;

namespace Teleport.Ssh.Connection;

/// <summary>Memory for received data, in blocks of two sizes: one data packet at its largest, and what terminals need.</summary>
/// <remarks>
/// The shared array pool keeps 32 arrays a core; a filled window has more, and would make and drop arrays all the time. What is kept
/// here is bounded too, so that a burst does not stay in memory for good.
/// </remarks>
internal sealed class ReceiveBlockPool : MemoryPool<byte>
{
    private const int LargeSize = ReceiveWindow.MaxPacket;
    private const int SmallSize = 4096;

    private readonly BlockList _large = new(LargeSize, maxKept: 512);
    private readonly BlockList _small = new(SmallSize, maxKept: 1024);

    private ReceiveBlockPool()
    {
    }

    public static ReceiveBlockPool Instance { get; } = new();

    public override int MaxBufferSize => LargeSize;

    /// <param name="minBufferSize">At most <see cref="MaxBufferSize"/>; -1 for a small block.</param>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, LargeSize);
        return minBufferSize <= SmallSize ? _small.Rent() : _large.Rent();
    }

    protected override void Dispose(bool disposing)
    {
        // Lives as long as the process.
    }

    private sealed class BlockList(int size, int maxKept)
    {
        private readonly Lock _gate = new();
        private readonly Stack<Block> _kept = new();

        public Block Rent()
        {
            lock (_gate)
            {
                if (_kept.TryPop(out Block? block))
                    return block;
            }

            return new Block(this, size);
        }

        public void Return(Block block)
        {
            lock (_gate)
            {
                if (_kept.Count < maxKept)
                    _kept.Push(block);
            }
        }
    }

    private sealed class Block(BlockList owner, int size) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(size);

        public Memory<byte> Memory => _bytes;

        public void Dispose() => owner.Return(this);
    }
}
