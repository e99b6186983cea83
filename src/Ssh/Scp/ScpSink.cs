using Microsoft.Win32.SafeHandles;
using Teleport.Ssh.Sftp;
using Teleport.Ssh.Sftp.Transfers;

namespace Teleport.Ssh.Scp;

/// <summary>The receiving side of the old scp protocol: <c>scp -t</c> on a server, and a client that downloads.</summary>
/// <remarks>
/// The source is not trusted: names with separators end the copy, no link below the target is followed, setuid bits are dropped (H16).
/// </remarks>
public static class ScpSink
{
    private const int MaxDepth = 64;

    /// <summary>Receives until the source has sent all.</summary>
    /// <param name="channel">The channel, which the caller closes.</param>
    /// <param name="target">A directory to put the files into, or the new name of one file.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshProtocolException">The source breaks the protocol or sends a name that is refused.</exception>
    public static async Task<ScpResult> ReceiveAsync(Stream channel, string target, ScpOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Receiver receiver = new(new ScpChannel(channel), options);
        await receiver.ReceiveAsync(target, cancellationToken);
        return receiver.Result;
    }

    private sealed class Receiver(ScpChannel channel, ScpOptions options)
    {
        private readonly Stack<Folder> _folders = new();
        private DateTimeOffset? _times;

        public ScpResult Result => channel.Result;

        public async Task ReceiveAsync(string target, CancellationToken cancellationToken)
        {
            if (options.TargetIsDirectory && !Directory.Exists(target))
            {
                await channel.ReportAsync($"{target}: Not a directory", cancellationToken);
                return;
            }

            await channel.AcknowledgeAsync(cancellationToken);
            while (await channel.ReadByteAsync(cancellationToken) is >= 0 and int kind)
            {
                string line = (char)kind + await channel.ReadLineAsync(cancellationToken);
                try
                {
                    await HandleAsync(line, target, cancellationToken);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SftpException)
                {
                    // The line is refused; the source goes on with the next file.
                    _times = null;
                    options.OnFile?.Invoke(target, 0, exception.Message);
                    await channel.ReportAsync(exception.Message, cancellationToken);
                }
            }
        }

        private async ValueTask HandleAsync(string line, string target, CancellationToken cancellationToken)
        {
            switch (line[0])
            {
                case 'C':
                    ScpHeader file = ScpHeader.Parse(line);
                    await ReceiveFileAsync(file, PathOf(file.Name, target), cancellationToken);
                    return; // has answered
                case 'D':
                    ScpHeader folder = ScpHeader.Parse(line);
                    EnterFolder(folder, PathOf(folder.Name, target));
                    break;
                case 'E':
                    LeaveFolder();
                    break;
                case 'T':
                    _times = ScpTimes.Parse(line);
                    break;
                case '\u0001':
                    channel.Note(line[1..]);
                    return; // a warning is not answered
                case '\u0002':
                    throw new SshProtocolException($"The peer of scp gives up: {TextForPeople.Clean(line.AsSpan(1))}");
                default:
                    throw new SshProtocolException($"The peer of scp sent '{TextForPeople.Clean(line)}', which is unknown. Does the login script print text?");
            }

            await channel.AcknowledgeAsync(cancellationToken);
        }

        private string PathOf(string name, string target)
        {
            if (_folders.TryPeek(out Folder? folder))
            {
                string path = Path.Combine(folder.Path, name);
                LocalTarget.RefuseLink(path);
                return path;
            }

            if (options.IsExpected is { } isExpected && !isExpected(name))
                throw new SshProtocolException($"The peer of scp sent the file '{TextForPeople.Clean(name)}', which was not asked for.");
            if (!Directory.Exists(target))
                return target;

            string child = Path.Combine(target, name);
            LocalTarget.RefuseLink(child);
            return child;
        }

        private void EnterFolder(ScpHeader header, string path)
        {
            if (!options.Recursive)
                throw new SshProtocolException($"The peer of scp sent the directory '{TextForPeople.Clean(header.Name)}', but directories were not asked for.");
            if (_folders.Count == MaxDepth)
                throw new SshProtocolException($"The peer of scp sent more than {MaxDepth} nested directories.");

            Directory.CreateDirectory(path);
            _folders.Push(new Folder(path, header.Mode, _times));
            _times = null;
        }

        private void LeaveFolder()
        {
            if (!_folders.TryPop(out Folder? folder))
                throw new SshProtocolException("The peer of scp left a directory that it had not entered.");
            if (options.Preserve)
                LocalTarget.Preserve(folder.Path, folder.Mode, folder.Times);
        }

        private async ValueTask ReceiveFileAsync(ScpHeader header, string path, CancellationToken cancellationToken)
        {
            DateTimeOffset? times = _times;
            _times = null;
            string? problem;
            using (SafeFileHandle file = LocalTarget.Open(path, header.Mode, resume: false))
            {
                await channel.AcknowledgeAsync(cancellationToken);
                problem = await ReceiveContentsAsync(file, header.Size, path, cancellationToken);
            }

            bool complete = await channel.ReadAcknowledgementAsync(cancellationToken);
            if (problem is null && options.Preserve)
                LocalTarget.Preserve(path, header.Mode, times);
            options.OnFile?.Invoke(path, header.Size, complete ? problem : "the source reported a problem");
            if (problem is not null)
                await channel.ReportAsync(problem, cancellationToken);
            else
                await channel.AcknowledgeAsync(cancellationToken);
        }

        /// <summary>Takes all of the contents off the channel, also when they can no longer be written.</summary>
        private async ValueTask<string?> ReceiveContentsAsync(SafeFileHandle file, long size, string path, CancellationToken cancellationToken)
        {
            string? problem = null;
            for (long offset = 0; offset < size;)
            {
                ReadOnlyMemory<byte> part = await channel.ReadContentsAsync(size - offset, cancellationToken);
                try
                {
                    if (problem is null)
                        await RandomAccess.WriteAsync(file, part, offset, cancellationToken);
                }
                catch (IOException exception)
                {
                    problem = $"{path}: {exception.Message}";
                }

                offset += part.Length;
                options.Progress?.Report(new SftpProgress(path, offset, size));
            }

            return problem;
        }

        private sealed record Folder(string Path, uint Mode, DateTimeOffset? Times);
    }
}
