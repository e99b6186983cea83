using Teleport.Abstractions.Errors;

namespace Teleport.Client.Profiles;

/// <summary>Keeps programs that run at the same time from mixing their profiles: several read, or one writes.</summary>
/// <param name="path">The file that is locked.</param>
/// <param name="limit">How long to wait for others.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreLock(string path, TimeSpan limit, TimeProvider time)
{
    // EWOULDBLOCK, of Linux and of macOS.
    private static readonly int[] IsHeld = [11, 35];
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>Locks for writing; its folder is there.</summary>
    public async Task<IDisposable> WriteAsync(CancellationToken cancellationToken) => await TakeAsync(
        new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        },
        cancellationToken);

    /// <summary>Locks for reading; <c>null</c>: nobody has written yet, or the folder is somebody else's and read as it is.</summary>
    public async Task<IDisposable?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return File.Exists(path)
                ? await TakeAsync(new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read }, cancellationToken)
                : null;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task<FileStream> TakeAsync(FileStreamOptions options, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw TeleportException.Invalid($"{path} is a link, which is not followed here. Remove it, and try again.");
        }

        long begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException e) when (IsHeld.Contains(e.HResult))
            {
                if (time.GetElapsedTime(begun) >= limit)
                {
                    throw TeleportException.Unavailable($"{path} has been locked by another tsh for {limit.TotalSeconds:0} s. End that one, and try again.", e);
                }
            }

            await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }
}
