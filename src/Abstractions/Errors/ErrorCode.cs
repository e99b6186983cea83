namespace Teleport.Abstractions.Errors;

/// <summary>What kind of thing went wrong. <see cref="ErrorCodes"/> has the names and the codes of the protocols for each.</summary>
public enum ErrorCode
{
    /// <summary>A defect on our side.</summary>
    Internal,

    /// <summary>It is not there, or the caller may not know whether it is.</summary>
    NotFound,

    /// <summary>The caller proved who they are and may not do this.</summary>
    AccessDenied,

    /// <summary>The caller did not prove who they are.</summary>
    Unauthenticated,

    /// <summary>It exists already, or was changed in between.</summary>
    Conflict,

    /// <summary>What was sent is wrong.</summary>
    Invalid,

    /// <summary>A limit was reached.</summary>
    Limit,

    /// <summary>Something that is needed cannot be reached now; trying again may help.</summary>
    Unavailable,
}
