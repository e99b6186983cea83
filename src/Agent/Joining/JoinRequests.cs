using Google.Protobuf;
using Teleport.Api.Join.V1;

namespace Teleport.Agent.Joining;

/// <summary>Puts together what this host says of itself when it joins or renews.</summary>
internal sealed record JoinRequests(JoinOptions Options, string HostId, string NodeName, HostKeys Keys)
{
    public JoinRequest Join(string token) => new()
    {
        HostId = HostId,
        NodeName = NodeName,
        Role = Options.Role.ToString(),
        Token = token,
        AdditionalPrincipals = { Options.Principals },
        DnsNames = { Options.DnsNames },
        PublicTlsKey = ByteString.CopyFrom(Keys.TlsPublicKeyInfo),
        PublicSshKey = ByteString.CopyFrom(Keys.SshPublicKey.Blob.Span),
    };

    public RenewRequest Renew() => new()
    {
        AdditionalPrincipals = { Options.Principals },
        DnsNames = { Options.DnsNames },
        PublicTlsKey = ByteString.CopyFrom(Keys.TlsPublicKeyInfo),
        PublicSshKey = ByteString.CopyFrom(Keys.SshPublicKey.Blob.Span),
    };
}
