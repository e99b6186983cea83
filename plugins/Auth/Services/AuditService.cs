using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Audit.V1;
using Teleport.Auth.Audit;
using Teleport.Auth.Recordings;
using Teleport.Auth.Serving;

namespace Teleport.Auth.Services;

/// <summary>The audit log.</summary>
internal sealed class AuditService(Guard guard, AuditPipeline audit, HostEvents hostEvents, SessionRegistry sessions) : Api.Audit.V1.AuditService.AuditServiceBase
{
    private const int MaxEvents = 1000;

    // Of at most 64 KiB each, so that an answer stays within the limit of a message.
    private const int PageLength = 40;
    private const int MaxAnswerBytes = AuthProtocol.MaxMessageBytes - (PageLength * AuditRecord.MaxBytes) - 4096;

    public override async Task<EmitResponse> Emit(EmitRequest request, ServerCallContext context)
    {
        HostIdentity host = context.GetHost();
        if (request.Events.Count > MaxEvents)
        {
            throw TeleportException.Limit($"{request.Events.Count} events at once; the limit is {MaxEvents}.");
        }

        // All or nothing: checked before the first is written.
        (AuditRecord Record, JsonObject Fields)[] accepted = [.. request.Events.Select(e => hostEvents.Accept(e.Memory, host))];
        foreach ((AuditRecord record, JsonObject fields) in accepted)
        {
            await sessions.NoteAsync(record, fields, host, context.CancellationToken);
        }

        await audit.EmitAsync([.. accepted.Select(static e => e.Record)], context.CancellationToken);
        return new EmitResponse();
    }

    public override async Task<SearchResponse> Search(SearchRequest request, ServerCallContext context)
    {
        await guard.RequireAsync(context, ResourceKinds.Event, Verbs.List);
        if (request.Limit is < 0 or > MaxEvents || request.Events.Count > 100)
        {
            throw TeleportException.Invalid($"A search finds 1 to {MaxEvents} events of at most 100 types.");
        }

        int wished = request.Limit == 0 ? 100 : request.Limit;
        var query = new AuditQuery
        {
            From = Time(request.FromUnixMilliseconds, DateTimeOffset.UnixEpoch),
            To = Time(request.ToUnixMilliseconds, DateTimeOffset.MaxValue),
            Events = [.. request.Events],
            Descending = request.Descending,
            StartKey = request.StartKey.Length > 0 ? request.StartKey : null,
        };
        var response = new SearchResponse();
        for (long bytes = 0; ;)
        {
            AuditPage page = await audit.SearchAsync(query with { Limit = Math.Min(PageLength, wished - response.Events.Count) }, context.CancellationToken);
            foreach (AuditRecord record in page.Records)
            {
                response.Events.Add(ByteString.CopyFrom(record.Json.Span));
                bytes += record.Json.Length;
            }

            query = query with { StartKey = page.NextKey };
            if (page.NextKey is null || response.Events.Count >= wished || bytes > MaxAnswerBytes)
            {
                response.NextKey = page.NextKey ?? "";
                return response;
            }
        }
    }

    internal static DateTimeOffset Time(long unixMilliseconds, DateTimeOffset unset)
    {
        if (unixMilliseconds == 0)
        {
            return unset;
        }

        return unixMilliseconds > 0 && unixMilliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds)
            : throw TeleportException.Invalid("A time is out of range.");
    }
}
