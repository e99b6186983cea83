using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Teleport.Ssh.Sftp.Transfers;

/// <summary>Copies from a server, with many reads in flight. Follows no local link below the target that the user named (H16).</summary>
internal sealed class SftpDownload(SftpClient client, SftpTransferOptions options)
{
    private const int MaxDepth = 64;
    private const int MaxEntries = 1_000_000;

    private int _entries;

    public async Task RunAsync(string remotePath, string localPath, CancellationToken cancellationToken)
    {
        SftpAttributes attributes = await client.GetAttributesAsync(remotePath, followLinks: true, cancellationToken);
        string target = Directory.Exists(localPath) ? Path.Combine(localPath, RemoteName.LastPart(remotePath)) : localPath;
        if (attributes.IsDirectory)
        {
            if (!options.Recursive)
                throw new SftpException(SftpStatus.Failure, $"{remotePath} is a directory. Copy it recursively (-r).");
            await CopyFolderAsync(remotePath, target, attributes, depth: 0, cancellationToken);
        }
        else
        {
            await CopyFileAsync(remotePath, target, attributes, cancellationToken);
        }
    }

    private async Task CopyFolderAsync(string remote, string local, SftpAttributes attributes, int depth, CancellationToken cancellationToken)
    {
        if (depth > MaxDepth)
            throw new SftpException(SftpStatus.Failure, $"{TextForPeople.Clean(remote)} lies more than {MaxDepth} directories deep.");

        if (depth > 0)
            LocalTarget.RefuseLink(local);
        Directory.CreateDirectory(local);
        await foreach (SftpEntry entry in client.ListAsync(remote, cancellationToken))
        {
            if (++_entries > MaxEntries)
                throw new SftpException(SftpStatus.Failure, $"The server sent more than {MaxEntries} names.");

            string remoteEntry = $"{remote.TrimEnd('/')}/{entry.Name}";
            string localEntry = Path.Combine(local, entry.Name);
            SftpAttributes found = entry.Attributes.IsSymbolicLink ? await ResolveAsync(remoteEntry, cancellationToken) : entry.Attributes;
            if (found.IsDirectory && !entry.Attributes.IsSymbolicLink)
            {
                await CopyFolderAsync(remoteEntry, localEntry, found, depth + 1, cancellationToken);
            }
            else if (found.IsRegularFile)
            {
                LocalTarget.RefuseLink(localEntry);
                await CopyFileAsync(remoteEntry, localEntry, found, cancellationToken);
            }
            else
            {
                options.OnSkipped?.Invoke(remoteEntry, entry.Attributes.IsSymbolicLink ? "a link that leads to no file" : "neither file nor directory");
            }
        }

        Preserve(local, attributes);
    }

    private async Task<SftpAttributes> ResolveAsync(string remote, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAttributesAsync(remote, followLinks: true, cancellationToken);
        }
        catch (SftpException exception) when (exception.Status is not SftpStatus.ConnectionLost)
        {
            return SftpAttributes.None; // a dangling link
        }
    }

    private async Task CopyFileAsync(string remote, string local, SftpAttributes attributes, CancellationToken cancellationToken)
    {
        await using SftpClientFile source = await client.OpenAsync(remote, SftpOpenFlags.Read, cancellationToken: cancellationToken);
        using SafeFileHandle target = LocalTarget.Open(local, attributes.Mode, options.Resume);
        long size = (long)Math.Min((await source.GetAttributesAsync(cancellationToken)).Size ?? 0, long.MaxValue);
        long start = options.Resume ? RandomAccess.GetLength(target) : 0;
        if (start > size)
            throw new SftpException(SftpStatus.Failure, $"Cannot resume {local}: it is longer than {TextForPeople.Clean(remote)}. Remove it and copy again.");

        await ReadAllAsync(source, target, start, size, remote, cancellationToken);
        target.Dispose();
        Preserve(local, attributes);
    }

    /// <summary>Keeps a window of reads in flight and writes the answers in order.</summary>
    private async Task ReadAllAsync(SftpClientFile source, SafeFileHandle target, long start, long size, string name, CancellationToken cancellationToken)
    {
        Queue<PendingRead> window = new();
        long next = start;
        long written = start;
        try
        {
            while (true)
            {
                while (next < size && window.Count < TransferWindow.Count(client.MaxReadLength))
                {
                    PendingRead read = new(source, next, (int)Math.Min(client.MaxReadLength, size - next), cancellationToken);
                    window.Enqueue(read);
                    next += read.Length;
                }

                if (!window.TryPeek(out PendingRead? first))
                    break;

                int count = await first.CompleteAsync(cancellationToken);
                await RandomAccess.WriteAsync(target, first.Buffer.AsMemory(0, count), first.Offset, cancellationToken);
                bool shrank = count < first.Length;
                written += count;
                window.Dequeue();
                first.Return();
                options.Progress?.Report(new SftpProgress(name, written, size));
                if (shrank)
                    throw new SftpException(SftpStatus.Failure, $"{TextForPeople.Clean(name)} became shorter while it was copied.");
            }

            // Files of unknown size, as in /proc, are read to their end one after the other.
            if (size == 0)
                await ReadToEndAsync(source, target, name, cancellationToken);
        }
        finally
        {
            foreach (PendingRead read in window)
                await read.AbandonAsync();
        }
    }

    private async Task ReadToEndAsync(SftpClientFile source, SafeFileHandle target, string name, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[client.MaxReadLength];
        for (long offset = 0; await source.ReadAsync(offset, buffer, cancellationToken) is > 0 and int read; offset += read)
        {
            await RandomAccess.WriteAsync(target, buffer.AsMemory(0, read), offset, cancellationToken);
            options.Progress?.Report(new SftpProgress(name, offset + read, 0));
        }
    }

    private void Preserve(string local, SftpAttributes attributes)
    {
        if (options.Preserve)
            LocalTarget.Preserve(local, attributes.Mode, attributes.Times?.Modify);
    }

    /// <summary>A read in flight, with its buffer.</summary>
    private sealed class PendingRead
    {
        private readonly SftpClientFile _source;
        private readonly Task<int> _task;

        public PendingRead(SftpClientFile source, long offset, int length, CancellationToken cancellationToken)
        {
            _source = source;
            Offset = offset;
            Length = length;
            Buffer = ArrayPool<byte>.Shared.Rent(length);
            _task = source.ReadAsync(offset, Buffer.AsMemory(0, length), cancellationToken).AsTask();
        }

        public long Offset { get; }

        public int Length { get; }

        public byte[] Buffer { get; }

        /// <summary>Waits, and asks again for what a short answer left out. Less than the length is the end of the file.</summary>
        public async ValueTask<int> CompleteAsync(CancellationToken cancellationToken)
        {
            int count = await _task;
            for (int more = count; more > 0 && count < Length; count += more)
                more = await _source.ReadAsync(Offset + count, Buffer.AsMemory(count, Length - count), cancellationToken);
            return count;
        }

        public void Return() => ArrayPool<byte>.Shared.Return(Buffer);

        /// <summary>Waits until nobody writes to the buffer any more.</summary>
        public async ValueTask AbandonAsync()
        {
            await ((Task)_task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the first failure is already on its way
            Return();
        }
    }
}
