namespace Teleport.Ssh.Sftp;

/// <summary>How a file is opened; the values are those of the wire.</summary>
[Flags]
public enum SftpOpenFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>For reading.</summary>
    Read = 1,

    /// <summary>For writing.</summary>
    Write = 2,

    /// <summary>Every write goes to the end.</summary>
    Append = 4,

    /// <summary>Made if it is not there.</summary>
    Create = 8,

    /// <summary>Emptied if it is there.</summary>
    Truncate = 16,

    /// <summary>With <see cref="Create"/>: must not be there.</summary>
    Exclusive = 32,
}
