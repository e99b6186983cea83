using Microsoft.Win32.SafeHandles;
using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Scp;

/// <summary>The sending side of the old scp protocol: <c>scp -f</c> on a server, and a client that uploads.</summary>
public static class ScpSource
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Sends files and directories.</summary>
    /// <param name="channel">The channel, which the caller closes.</param>
    /// <param name="paths">What to send.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshProtocolException">The sink breaks the protocol or gives up.</exception>
    public static async Task<ScpResult> SendAsync(Stream channel, IReadOnlyList<string> paths, ScpOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        Sender sender = new(new ScpChannel(channel), options);
        return await sender.SendAsync(paths, cancellationToken);
    }

    private sealed class Sender(ScpChannel channel, ScpOptions options)
    {
        public async Task<ScpResult> SendAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
        {
            if (await channel.ReadAcknowledgementAsync(cancellationToken))
            {
                foreach (string path in paths)
                    await SendAsync(path, cancellationToken);
            }

            return channel.Result;
        }

        private async ValueTask SendAsync(string path, CancellationToken cancellationToken)
        {
            try
            {
                if (Directory.Exists(path))
                    await SendFolderAsync(new DirectoryInfo(path), cancellationToken);
                else
                    await SendFileAsync(new FileInfo(path), cancellationToken);
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                await RefuseAsync(path, "No such file or directory", cancellationToken);
            }
            catch (UnauthorizedAccessException)
            {
                await RefuseAsync(path, "Permission denied", cancellationToken);
            }
        }

        private async ValueTask SendFolderAsync(DirectoryInfo folder, CancellationToken cancellationToken)
        {
            if (!options.Recursive)
            {
                await RefuseAsync(folder.FullName, "not a regular file", cancellationToken);
                return;
            }

            FileSystemInfo[] entries = folder.GetFileSystemInfos(); // before anything is announced: it may not be readable
            if (!await AnnounceAsync(folder, 'D', 0, cancellationToken))
                return;

            foreach (FileSystemInfo entry in entries)
            {
                // Directories behind links are left out: they may lead round in circles.
                if (entry is DirectoryInfo && entry.LinkTarget is not null)
                    channel.Note($"{entry.FullName}: a link to a directory is not copied");
                else
                    await SendAsync(entry.FullName, cancellationToken);
            }

            await channel.WriteAsync("E\n", cancellationToken);
            await channel.ReadAcknowledgementAsync(cancellationToken);
        }

        private async ValueTask SendFileAsync(FileInfo info, CancellationToken cancellationToken)
        {
            if (info.Exists && !Sftp.Transfers.LocalSource.IsRegularFile(info))
            {
                await RefuseAsync(info.FullName, "not a regular file", cancellationToken);
                return;
            }

            using SafeFileHandle file = File.OpenHandle(
                info.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.Asynchronous | FileOptions.SequentialScan);
            long size = RandomAccess.GetLength(file);
            if (!await AnnounceAsync(info, 'C', size, cancellationToken))
                return;

            string? problem = await SendContentsAsync(file, info.FullName, size, cancellationToken);
            if (problem is null)
                await channel.AcknowledgeAsync(cancellationToken);
            else
                await channel.ReportAsync(problem, cancellationToken);
            bool accepted = await channel.ReadAcknowledgementAsync(cancellationToken);
            options.OnFile?.Invoke(info.FullName, size, accepted ? problem : "the sink reported a problem");
        }

        private async ValueTask<bool> AnnounceAsync(FileSystemInfo info, char kind, long size, CancellationToken cancellationToken)
        {
            if (options.Preserve)
            {
                await channel.WriteAsync(ScpTimes.Format(info.LastWriteTimeUtc, info.LastAccessTimeUtc), cancellationToken);
                if (!await channel.ReadAcknowledgementAsync(cancellationToken))
                    return false;
            }

            uint mode = OperatingSystem.IsWindows() ? 0x1a4u : (uint)info.UnixFileMode;
            await channel.WriteAsync(new ScpHeader(mode, size, info.Name).Format(kind), cancellationToken);
            return await channel.ReadAcknowledgementAsync(cancellationToken);
        }

        /// <summary>Sends exactly the announced number of bytes: zeros stand for what can no longer be read.</summary>
        private async ValueTask<string?> SendContentsAsync(SafeFileHandle file, string path, long size, CancellationToken cancellationToken)
        {
            string? problem = null;
            byte[] buffer = new byte[BufferSize];
            for (long offset = 0; offset < size;)
            {
                int length = (int)Math.Min(buffer.Length, size - offset);
                int read = 0;
                try
                {
                    read = problem is null ? await RandomAccess.ReadAsync(file, buffer.AsMemory(0, length), offset, cancellationToken) : 0;
                    problem ??= read == 0 ? $"{path}: became shorter while it was copied" : null;
                }
                catch (IOException exception)
                {
                    problem = $"{path}: {exception.Message}";
                }

                if (read == 0)
                {
                    Array.Clear(buffer);
                    read = length;
                }

                await channel.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                offset += read;
                options.Progress?.Report(new SftpProgress(path, offset, size));
            }

            return problem;
        }

        private ValueTask RefuseAsync(string path, string why, CancellationToken cancellationToken)
        {
            options.OnFile?.Invoke(path, 0, why);
            return channel.ReportAsync($"{path}: {why}", cancellationToken);
        }
    }
}
