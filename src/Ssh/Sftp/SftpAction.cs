namespace Teleport.Ssh.Sftp;

/// <summary>What a client did, for audit.</summary>
public enum SftpAction
{
    /// <summary>Opened a file.</summary>
    Open,

    /// <summary>Closed a file: the event says how much was read and written.</summary>
    Close,

    /// <summary>Opened a directory to list it.</summary>
    OpenDirectory,

    /// <summary>Changed attributes.</summary>
    SetAttributes,

    /// <summary>Made a directory.</summary>
    MakeDirectory,

    /// <summary>Removed a directory.</summary>
    RemoveDirectory,

    /// <summary>Removed a file.</summary>
    Remove,

    /// <summary>Renamed.</summary>
    Rename,

    /// <summary>Made a symbolic link.</summary>
    SymbolicLink,

    /// <summary>Made a hard link.</summary>
    HardLink,
}
