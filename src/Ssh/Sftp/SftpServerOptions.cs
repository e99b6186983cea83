namespace Teleport.Ssh.Sftp;

/// <summary>How an <see cref="SftpServer"/> behaves.</summary>
public sealed record SftpServerOptions
{
    /// <summary>Files and directories a client may have open at once.</summary>
    public int MaxHandles { get; init; } = 256;

    /// <summary>Whether requests that change anything are refused.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Is told what the client did, in order, before the client gets its answer. Must not throw or block.</summary>
    public Action<SftpEvent>? OnEvent { get; init; }
}
