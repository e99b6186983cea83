using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;

namespace Teleport.Delivery.Services;

/// <summary>Reads secrets where the configuration says, again when their files change. Safe for use by several threads.</summary>
internal sealed class SecretReader(Func<string, string?> environment)
{
    private const int MaxBytes = 64 * 1024;
    private const UnixFileMode ForOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTime Written, long Length, Secret Secret)> _files = new(StringComparer.Ordinal);

    /// <summary>The files that were read so far.</summary>
    private string[] Known
    {
        get
        {
            lock (_gate)
            {
                return [.. _files.Keys];
            }
        }
    }

    public Secret Read(SecretSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Value is { } value)
        {
            return value;
        }

        if (source.Env is { } variable)
        {
            return environment(variable) is { Length: > 0 } text
                ? new Secret(text)
                : throw Unreadable($"The environment variable {variable} is not set.");
        }

        return ReadFile(source.File ?? throw Unreadable("A secret has no source."));
    }

    /// <summary>Whether a file that was read has changed since.</summary>
    public bool HasChanged() => Known.Any(path =>
    {
        var file = new FileInfo(path);
        lock (_gate)
        {
            return file.Exists && _files.TryGetValue(path, out var known) && (known.Written, known.Length) != (file.LastWriteTimeUtc, file.Length);
        }
    });

    private Secret ReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            (DateTime written, long length) = (file.LastWriteTimeUtc, file.Length);
            lock (_gate)
            {
                if (_files.TryGetValue(path, out var known) && (known.Written, known.Length) == (written, length))
                {
                    return known.Secret;
                }
            }

            // Of the file itself, not of a link to it: links of mounted secrets have wide modes that mean nothing.
            if (((file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).UnixFileMode & ForOthers) != 0)
            {
                throw Unreadable($"The file {path} can be read by everybody on this host. Run: chmod 600 {path}");
            }

            if (length > MaxBytes)
            {
                throw Unreadable($"The file {path} has more than {MaxBytes} bytes, which no secret has.");
            }

            string text = File.ReadAllText(path).TrimEnd('\r', '\n', ' ');
            if (text.Length == 0)
            {
                throw Unreadable($"The file {path} is empty.");
            }

            var secret = new Secret(text);
            lock (_gate)
            {
                _files[path] = (written, length, secret);
            }

            return secret;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable($"The file {path} cannot be read: {e.Message}");
        }
    }

    private static AccessPluginException Unreadable(string message) => new(AccessPluginFailure.Unauthorized, message);
}
