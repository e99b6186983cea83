using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Client.Nodes;
using Teleport.Client.Sessions;
using Teleport.Client.Terminals;

namespace Teleport.Tsh.Requests;

/// <summary>When a host is refused: the request that would help, and, if somebody is there to say yes, the request itself.</summary>
internal sealed class RequestOffer(RequestFlow flow)
{
    /// <summary>Asks for nothing, and offers nothing.</summary>
    public const string Off = "off";

    /// <summary>Offers access to the one host.</summary>
    public const string Resource = "resource";

    /// <summary>Offers the roles that may be asked for.</summary>
    public const string Role = "role";

    /// <summary>Offers what would help.</summary>
    /// <returns>Whether the user has the access now and the host may be tried again.</returns>
    public async Task<bool> MakeAsync(ParseResult parsed, ActiveLogin login, NodeTarget target, string mode, string? reason, CancellationToken cancellationToken)
    {
        if (mode == Off || !login.IsStored)
        {
            return false;
        }

        CreateAccessRequestRequest? wish;
        await using (AuthClient auth = login.OpenAuth())
        {
            wish = await FindAsync(auth, login, target, mode, cancellationToken);
            if (wish is null)
            {
                return false;
            }

            string flags = wish.ResourceIds.Count > 0 ? $"--resource {wish.ResourceIds[0]}" : $"--roles {string.Join(',', wish.Roles)}";
            await Console.Error.WriteLineAsync($"You may ask for access: tsh request create {flags} --reason <request reason>");
            if (reason is null && (!LocalTerminal.IsInput || !LocalTerminal.IsError
                || await new TerminalPrompts().AskAsync("Ask for it now, and wait for the decision? [y/N]", cancellationToken) is not ("y" or "Y" or "yes")))
            {
                return false;
            }

            wish.Reason = reason ?? await new TerminalPrompts().AskAsync("Reason for the request:", cancellationToken);
        }

        AccessRequest request;
        await using (AuthClient auth = login.OpenAuth())
        {
            request = await RequestFlow.CreateAsync(auth, wish, cancellationToken);
        }

        return await flow.PickUpAsync(parsed, login, request, cancellationToken);
    }

    private static async Task<CreateAccessRequestRequest?> FindAsync(
        AuthClient auth, ActiveLogin login, NodeTarget target, string mode, CancellationToken cancellationToken)
    {
        try
        {
            Capabilities may = await auth.AccessRequests.GetCapabilitiesAsync(new GetCapabilitiesRequest(), cancellationToken: cancellationToken);
            if (mode == Role)
            {
                return may.RequestableRoles.Count > 0 ? new CreateAccessRequestRequest { Roles = { may.RequestableRoles } } : null;
            }

            if (may.CanRequestResources)
            {
                IReadOnlyList<Server> nodes = await RequestSearchCommand.FindAsync(auth, ResourceKinds.Node, NodeSelector.Parse(null), cancellationToken);
                Server[] meant = [.. nodes.Where(node => IsMeant(node, target.Host))];
                if (meant is [var one])
                {
                    return new CreateAccessRequestRequest { ResourceIds = { RequestSearchCommand.IdOf(login.Profile.Cluster, one) } };
                }
            }

            return null;
        }
        catch (TeleportException e) when (e.Code is not ErrorCode.Internal)
        {
            // The refusal is what the user has to hear; that nothing can be offered is not worth a word.
            return null;
        }
    }

    private static bool IsMeant(Server node, string host) =>
        string.Equals(node.Spec.Hostname, host, StringComparison.OrdinalIgnoreCase)
        || node.Metadata.Name == host
        || node.Spec.Addr.Split(':')[0] == host;
}
