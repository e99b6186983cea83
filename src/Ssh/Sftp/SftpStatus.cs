namespace Teleport.Ssh.Sftp;

/// <summary>How a request ended (draft-ietf-secsh-filexfer-02 section 7).</summary>
public enum SftpStatus
{
    /// <summary>Well.</summary>
    Ok = 0,

    /// <summary>At the end of the file or directory.</summary>
    EndOfFile = 1,

    /// <summary>There is no such file.</summary>
    NoSuchFile = 2,

    /// <summary>Not allowed.</summary>
    PermissionDenied = 3,

    /// <summary>For another reason.</summary>
    Failure = 4,

    /// <summary>The request was malformed.</summary>
    BadMessage = 5,

    /// <summary>Seen by clients only: there is no connection.</summary>
    NoConnection = 6,

    /// <summary>Seen by clients only: the connection was lost.</summary>
    ConnectionLost = 7,

    /// <summary>The server does not know the request.</summary>
    Unsupported = 8,
}
