namespace Teleport.Abstractions.Errors;

/// <summary>The one table of stable names, HTTP status, gRPC status and exit code.</summary>
public static class ErrorCodes
{
    /// <summary>The stable name, as <c>not_found</c>.</summary>
    public static string Name(this ErrorCode code) => Row(code).Name;

    /// <summary>The HTTP status (RFC 9110 section 15).</summary>
    public static int HttpStatus(this ErrorCode code) => Row(code).Http;

    /// <summary>The numeric gRPC status.</summary>
    public static int GrpcStatus(this ErrorCode code) => Row(code).Grpc;

    /// <summary>The exit code of a command line.</summary>
    public static int ExitCode(this ErrorCode code) => Row(code).Exit;

    /// <summary>The code that a gRPC status stands for.</summary>
    public static ErrorCode FromGrpcStatus(int status) => status switch
    {
        5 => ErrorCode.NotFound,
        7 => ErrorCode.AccessDenied,
        16 => ErrorCode.Unauthenticated,
        6 or 10 => ErrorCode.Conflict,
        3 or 9 or 11 => ErrorCode.Invalid,
        8 => ErrorCode.Limit,
        4 or 14 => ErrorCode.Unavailable,
        _ => ErrorCode.Internal,
    };

    private static (string Name, int Http, int Grpc, int Exit) Row(ErrorCode code) => code switch
    {
        ErrorCode.NotFound => ("not_found", 404, 5, 1),
        ErrorCode.AccessDenied => ("access_denied", 403, 7, 1),
        // 403 and not 401: clients of the existing implementation show the message of a 403 and ask again on a 401.
        ErrorCode.Unauthenticated => ("unauthenticated", 403, 16, 1),
        ErrorCode.Conflict => ("conflict", 409, 6, 1),
        ErrorCode.Invalid => ("invalid", 400, 3, 1),
        ErrorCode.Limit => ("limit", 429, 8, 1),
        ErrorCode.Unavailable => ("unavailable", 503, 14, 1),
        _ => ("internal", 500, 13, 1),
    };
}
