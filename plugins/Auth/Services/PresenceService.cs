using System.Text.Json;
using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;
using Teleport.Api.Presence.V1;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Services;

/// <summary>Who is there. A host announces only itself, as what its certificate says it is.</summary>
internal sealed class PresenceService(ResourceStore resources, TimeProvider time) : Api.Presence.V1.PresenceService.PresenceServiceBase
{
    private const int MaxBytes = 64 * 1024;
    private static readonly TimeSpan LongestTtl = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan DefaultTtl = TimeSpan.FromMinutes(10);

    public override async Task<AnnounceResponse> Announce(AnnounceRequest request, ServerCallContext context)
    {
        HostIdentity host = context.GetHost();
        RequireOwnKind(host, request.Kind);
        Server server = Parse(request);
        if (server.Metadata.Name != host.HostId)
        {
            throw TeleportException.AccessDenied("A service announces only itself: metadata.name must be its host id.");
        }

        if (request.TtlSeconds < 0)
        {
            throw TeleportException.Invalid("ttl_seconds must not be negative.");
        }

        TimeSpan ttl = request.TtlSeconds == 0 ? DefaultTtl : TimeSpan.FromSeconds(Math.Min(request.TtlSeconds, (long)LongestTtl.TotalSeconds));
        Server announced = server with { Metadata = server.Metadata with { Expires = time.GetUtcNow() + ttl, Revision = null } };
        await resources.Backend.CommitAsync(new BackendCommit([], [ResourceStore.Put(announced)]), context.CancellationToken);
        return new AnnounceResponse();
    }

    public override async Task<WithdrawResponse> Withdraw(WithdrawRequest request, ServerCallContext context)
    {
        HostIdentity host = context.GetHost();
        RequireOwnKind(host, request.Kind);
        BackendOperation delete = BackendOperation.Delete(Keys.Resource(request.Kind, host.HostId));
        await resources.Backend.CommitAsync(new BackendCommit([], [delete]), context.CancellationToken);
        return new WithdrawResponse();
    }

    private static void RequireOwnKind(HostIdentity host, string kind)
    {
        string own = host.Role switch
        {
            SystemRole.Node => ResourceKinds.Node,
            SystemRole.Proxy => ResourceKinds.Proxy,
            _ => throw TeleportException.AccessDenied($"Services of role {host.Role} announce no server."),
        };
        if (kind != own)
        {
            throw TeleportException.AccessDenied($"Services of role {host.Role} announce themselves as {own} only.");
        }
    }

    private static Server Parse(AnnounceRequest request)
    {
        if (request.Json.Length > MaxBytes)
        {
            throw TeleportException.Limit($"The announcement has {request.Json.Length} bytes; the limit is {MaxBytes}.");
        }

        try
        {
            var server = (Server)ResourceJson.Deserialize(request.Kind, request.Json.Span);
            if (server.Kind != request.Kind)
            {
                throw TeleportException.Invalid($"kind is \"{server.Kind}\", but a {request.Kind} was announced.");
            }

            server.Validate();
            return server;
        }
        catch (JsonException e)
        {
            throw TeleportException.Invalid($"The announcement cannot be read: {e.Message}");
        }
    }
}
