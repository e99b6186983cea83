using System.Globalization;
using System.Text;
using Teleport.Api.Tokens.V1;
using Teleport.Client.Profiles;

namespace Teleport.Tctl;

/// <summary>Says how to join by a token.</summary>
/// <param name="token">The token.</param>
/// <param name="flags">Flags for the service that is to join, as <c>--app-name=x</c>.</param>
/// <param name="now">The time.</param>
internal sealed class JoinInstructions(JoinToken token, IReadOnlyList<string> flags, DateTimeOffset now)
{
    public override string ToString()
    {
        TimeSpan left = DateTimeOffset.FromUnixTimeSeconds(token.ExpiresUnixSeconds) - now;
        string minutes = Math.Ceiling(left.TotalMinutes).ToString("0", CultureInfo.InvariantCulture);
        string value = Names.Printable(token.Token);
        if (token.Roles.All(static role => role == "TrustedCluster"))
        {
            return $"The cluster invite token: {value}\nThis token will expire in {minutes} minutes\n\nUse this token when defining a trusted cluster resource on a remote cluster.\n";
        }

        // Through the proxy a host needs no open port, and works behind any firewall; so that is what is shown if there is one.
        string server = Names.Printable(token.ProxyAddrs.Concat(token.AuthAddrs).FirstOrDefault("127.0.0.1:3025"));
        return $"""
                The invite token: {value}
                This token will expire in {minutes} minutes

                Run this on the new {Host} to join the cluster:

                > {Command(server)}

                Please note:

                  - This invitation token will expire in {minutes} minutes
                  - {server} must be reachable from the new {Host}

                """;
    }

    private string Host => token.Roles is ["Node"] ? "node" : "host";

    private string Command(string server)
    {
        IEnumerable<string> all =
        [
            $"--roles={string.Join(',', token.Roles.Select(static role => role.ToLowerInvariant()))}",
            $"--token={token.Token}",
            .. token.CaPins.Select(static pin => $"--ca-pin={pin}"),
            $"--auth-server={server}",
            .. flags,
        ];
        return new StringBuilder("teleport start \\\n   ").AppendJoin(" \\\n   ", all.Select(ShellText.Quote)).ToString();
    }
}
