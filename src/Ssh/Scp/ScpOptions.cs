using Teleport.Ssh.Sftp;

namespace Teleport.Ssh.Scp;

/// <summary>How files are copied by the old scp protocol.</summary>
public sealed record ScpOptions
{
    /// <summary>Directories too (-r).</summary>
    public bool Recursive { get; init; }

    /// <summary>Keeps times and permissions (-p).</summary>
    public bool Preserve { get; init; }

    /// <summary>The target has to be a directory (-d).</summary>
    public bool TargetIsDirectory { get; init; }

    /// <summary>
    /// Which names the source may send for what was asked of it; null accepts any plain name. A client sets it, as a server may
    /// send files that nobody asked for (CVE-2019-6111).
    /// </summary>
    public Func<string, bool>? IsExpected { get; init; }

    /// <summary>Is told of each step.</summary>
    public IProgress<SftpProgress>? Progress { get; init; }

    /// <summary>Is told of each file that was copied or not: its path, the bytes, and the problem or null.</summary>
    public Action<string, long, string?>? OnFile { get; init; }
}
