namespace Teleport.Ssh.Sftp;

/// <summary>How files are copied.</summary>
public sealed record SftpTransferOptions
{
    /// <summary>Directories too, with all they hold.</summary>
    public bool Recursive { get; init; }

    /// <summary>Goes on where an earlier attempt ended, by the size of the target.</summary>
    public bool Resume { get; init; }

    /// <summary>Keeps times and permissions.</summary>
    public bool Preserve { get; init; }

    /// <summary>Is told of each step.</summary>
    public IProgress<SftpProgress>? Progress { get; init; }

    /// <summary>Is told of what was left out, with the reason: devices, links to directories.</summary>
    public Action<string, string>? OnSkipped { get; init; }
}
