using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Teleport.Ssh.Sftp.Transfers;

/// <summary>Copies to a server, with many writes in flight.</summary>
internal sealed class SftpUpload(SftpClient client, SftpTransferOptions options)
{
    public async Task RunAsync(string localPath, string remotePath, CancellationToken cancellationToken)
    {
        string target = await FindAsync(remotePath, cancellationToken) is { IsDirectory: true }
            ? $"{remotePath.TrimEnd('/')}/{RemoteName.LastPart(Path.GetFullPath(localPath))}"
            : remotePath;
        if (!Directory.Exists(localPath))
        {
            await CopyFileAsync(localPath, target, cancellationToken);
            return;
        }

        if (!options.Recursive)
            throw new SftpException(SftpStatus.Failure, $"{localPath} is a directory. Copy it recursively (-r).");
        await CopyFolderAsync(localPath, target, cancellationToken);
    }

    private async Task CopyFolderAsync(string local, string remote, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = new(local);
        if (await FindAsync(remote, cancellationToken) is not { IsDirectory: true })
            await client.MakeDirectoryAsync(remote, AttributesOf(folder, alsoTimes: false), cancellationToken);

        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            string remoteEntry = $"{remote.TrimEnd('/')}/{entry.Name}";
            bool isLink = entry.LinkTarget is not null;
            if (entry is DirectoryInfo && !isLink)
                await CopyFolderAsync(entry.FullName, remoteEntry, cancellationToken);
            else if (IsCopyable(entry, isLink))
                await CopyFileAsync(entry.FullName, remoteEntry, cancellationToken);
            else
                options.OnSkipped?.Invoke(entry.FullName, isLink ? "a link that leads to no file" : "neither file nor directory");
        }

        if (options.Preserve)
            await client.SetAttributesAsync(remote, AttributesOf(folder, alsoTimes: true), cancellationToken);
    }

    private static bool IsCopyable(FileSystemInfo entry, bool isLink) =>
        (isLink ? entry.ResolveLinkTarget(returnFinalTarget: true) : entry) is FileInfo { Exists: true } file && LocalSource.IsRegularFile(file);

    private async Task CopyFileAsync(string local, string remote, CancellationToken cancellationToken)
    {
        using SafeFileHandle source = File.OpenHandle(local, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.Asynchronous | FileOptions.SequentialScan);
        FileInfo info = new(local);
        long size = RandomAccess.GetLength(source);
        long start = options.Resume ? (long)((await FindAsync(remote, cancellationToken))?.Size ?? 0) : 0;
        if (start > size)
            throw new SftpException(SftpStatus.Failure, $"Cannot resume {remote}: it is longer than {local}. Remove it and copy again.");

        SftpOpenFlags flags = SftpOpenFlags.Write | SftpOpenFlags.Create | (options.Resume ? 0 : SftpOpenFlags.Truncate);
        await using SftpClientFile target = await client.OpenAsync(remote, flags, AttributesOf(info, alsoTimes: false), cancellationToken);
        await WriteAllAsync(source, target, start, size, local, cancellationToken);
        if (options.Preserve)
            await target.SetAttributesAsync(AttributesOf(info, alsoTimes: true), cancellationToken);
        await target.CloseAsync(cancellationToken); // a full disk may show only here
    }

    /// <summary>Reads in order and keeps a window of writes in flight.</summary>
    private async Task WriteAllAsync(SafeFileHandle source, SftpClientFile target, long start, long size, string name, CancellationToken cancellationToken)
    {
        Queue<(Task Task, byte[] Buffer, int Length)> window = new();
        long offset = start;
        long written = start;
        try
        {
            while (true)
            {
                while (window.Count < TransferWindow.Count(client.MaxWriteLength))
                {
                    byte[] buffer = ArrayPool<byte>.Shared.Rent(client.MaxWriteLength);
                    int read = await RandomAccess.ReadAsync(source, buffer.AsMemory(0, client.MaxWriteLength), offset, cancellationToken);
                    if (read == 0)
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                        break;
                    }

                    window.Enqueue((target.WriteAsync(offset, buffer.AsMemory(0, read), cancellationToken).AsTask(), buffer, read));
                    offset += read;
                }

                if (!window.TryPeek(out (Task Task, byte[] Buffer, int Length) first))
                    return;

                await first.Task;
                window.Dequeue();
                ArrayPool<byte>.Shared.Return(first.Buffer);
                written += first.Length;
                options.Progress?.Report(new SftpProgress(name, written, Math.Max(size, written)));
            }
        }
        finally
        {
            foreach ((Task task, byte[] buffer, _) in window)
            {
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the first failure is already on its way
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async Task<SftpAttributes?> FindAsync(string remote, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAttributesAsync(remote, followLinks: true, cancellationToken);
        }
        catch (SftpException exception) when (exception.Status == SftpStatus.NoSuchFile)
        {
            return null;
        }
    }

    private static SftpAttributes AttributesOf(FileSystemInfo info, bool alsoTimes) => new()
    {
        Mode = OperatingSystem.IsWindows() ? null : (uint)info.UnixFileMode & SftpAttributes.PermissionMask,
        Times = alsoTimes ? (new DateTimeOffset(info.LastAccessTimeUtc), new DateTimeOffset(info.LastWriteTimeUtc)) : null,
    };
}
