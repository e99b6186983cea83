using System.Security.Cryptography;

namespace Teleport.Ssh.Transport;

/// <summary>Random bytes for padding, fetched in blocks: a call per packet would cost as much as encrypting a small one.</summary>
internal sealed class PaddingSource
{
    private readonly byte[] _block = new byte[1024];
    private int _used = 1024;

    public void Fill(Span<byte> padding)
    {
        if (_block.Length - _used < padding.Length)
        {
            RandomNumberGenerator.Fill(_block);
            _used = 0;
        }

        _block.AsSpan(_used, padding.Length).CopyTo(padding);
        _used += padding.Length;
    }
}
