namespace Teleport.Ssh;

/// <summary>Why a channel was not opened (RFC 4254 section 5.1).</summary>
public enum ChannelOpenFailure
{
    /// <summary>Not allowed.</summary>
    AdministrativelyProhibited = 1,

    /// <summary>The target of the channel could not be reached.</summary>
    ConnectFailed = 2,

    /// <summary>No such type of channel.</summary>
    UnknownChannelType = 3,

    /// <summary>Too many channels, or too little memory.</summary>
    ResourceShortage = 4,
}
