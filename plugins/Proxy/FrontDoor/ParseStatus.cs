namespace Teleport.Proxy.FrontDoor;

/// <summary>How far a parser of a growing prefix got.</summary>
internal enum ParseStatus
{
    /// <summary>So far nothing is wrong; more bytes are needed.</summary>
    Incomplete,

    /// <summary>No continuation can make it right.</summary>
    Invalid,

    /// <summary>It was read.</summary>
    Complete,
}
