using Teleport.Abstractions.Security;

namespace Teleport.Auth.Serving;

/// <summary>Who is at the other end of a connection, as its TLS handshake proved.</summary>
/// <param name="Caller">Who; <c>null</c>: nobody said.</param>
/// <param name="Refusal">Why the certificate that was shown is not good; nothing is answered then.</param>
/// <param name="RemoteAddress">Address and port.</param>
internal sealed record Peer(Caller? Caller, string? Refusal, string RemoteAddress);
