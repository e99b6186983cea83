using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Client.Output;
using Teleport.Client.Profiles;
using Teleport.Client.Requests;
using Teleport.Client.Terminals;
using Teleport.Pki.Files;

namespace Teleport.Tsh.Requests;

/// <summary>Asks for access, waits for the decision, and takes up what was granted.</summary>
internal sealed class RequestFlow(GlobalOptions globals, ProfileStore store, TextWriter progress)
{
    /// <summary>Makes a request; where a reason is needed and there is somebody to ask, asks.</summary>
    public static async Task<AccessRequest> CreateAsync(AuthClient auth, CreateAccessRequestRequest wish, CancellationToken cancellationToken)
    {
        if (wish.Reason.Length == 0 && LocalTerminal.IsInput && LocalTerminal.IsError)
        {
            Capabilities may = await auth.AccessRequests.GetCapabilitiesAsync(new GetCapabilitiesRequest(), cancellationToken: cancellationToken);
            if (may.ReasonRequired)
            {
                string prompt = may.ReasonPrompt.Length > 0 ? Names.Printable(may.ReasonPrompt) : "Reason for the request:";
                wish.Reason = await new TerminalPrompts().AskAsync(prompt, cancellationToken);
            }
        }

        return RequestCalls.Read(await auth.AccessRequests.CreateAsync(wish, cancellationToken: cancellationToken));
    }

    /// <summary>Waits for the decision, if there is none yet, and takes the grant up in the login.</summary>
    /// <returns>Whether the login has the grant now.</returns>
    /// <exception cref="TeleportException">It was denied, or is gone.</exception>
    public async Task<bool> PickUpAsync(ParseResult parsed, ActiveLogin login, AccessRequest request, CancellationToken cancellationToken)
    {
        string id = request.Metadata.Name;
        await using AuthClient auth = login.OpenAuth();
        AccessRequest decided = request;
        if (request.Spec.State == AccessRequestState.Pending)
        {
            await progress.WriteLineAsync($"Seeking request approval... (id: {id})");
            decided = await WaitAsync(auth, id, cancellationToken);
        }

        if (decided.Spec.State != AccessRequestState.Approved)
        {
            string why = decided.Spec.ResolveReason is { Length: > 0 } reason ? $": {reason}" : "";
            throw TeleportException.AccessDenied($"request {id} has been set to {RequestText.State(decided.Spec.State)}{why}");
        }

        if (decided.Spec.AssumeStartTime is { } start && start > TimeProvider.System.GetUtcNow())
        {
            await progress.WriteLineAsync($"Approved, but the access begins at {start:u}. Then run: tsh login --request-id={id}");
            return false;
        }

        await progress.WriteLineAsync("Approval received, getting updated certificates...\n");
        await ReissueAsync(parsed, auth, login, [id], [], cancellationToken);
        return true;
    }

    /// <summary>Exchanges the login's certificates, and keeps them.</summary>
    public async Task ReissueAsync(
        ParseResult parsed, AuthClient auth, ActiveLogin login, IReadOnlyList<string> add, IReadOnlyList<string> drop, CancellationToken cancellationToken)
    {
        if (!login.IsStored)
        {
            throw TeleportException.Invalid("An identity file is not changed. Use a profile: tsh login.");
        }

        IdentityFile identity = await GrantReissue.RunAsync(auth, login.Identity, add, drop, cancellationToken);
        await store.SaveAsync(login.Profile, identity, cancellationToken);
        if (globals.AddsKeysToAgent(parsed) is not false and var wanted)
        {
            await AgentKeys.AddAsync(login.Profile, identity, isWanted: wanted == true, cancellationToken);
        }
    }

    /// <summary>After a login: asks for all that may be asked for if the user's roles want that.</summary>
    /// <returns>The request; <c>null</c>: none is wanted.</returns>
    /// <exception cref="TeleportException">A reason is needed and missing; the login was undone.</exception>
    public async Task<AccessRequest?> CreateAtLoginAsync(ActiveLogin login, CreateAccessRequestRequest wish, CancellationToken cancellationToken)
    {
        await using AuthClient auth = login.OpenAuth();
        Capabilities may;
        try
        {
            may = await auth.AccessRequests.GetCapabilitiesAsync(new GetCapabilitiesRequest(), cancellationToken: cancellationToken);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Unavailable)
        {
            await progress.WriteLineAsync($"warning: whether your roles ask for access at each login is not known now: {Names.Printable(e.Message)}");
            return null;
        }

        if (!may.RequestAtLogin || may.RequestableRoles.Count == 0)
        {
            return null;
        }

        wish.Roles.Add("*");
        try
        {
            return await CreateAsync(auth, wish, cancellationToken);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Invalid)
        {
            await store.RemoveAsync(login.Profile, CancellationToken.None);
            throw TeleportException.Invalid($"{e.Message} Your roles ask for access at each login, so this login was undone.");
        }
    }

    private async Task<AccessRequest> WaitAsync(AuthClient auth, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await new RequestWaiter(auth, progress, TimeProvider.System).WaitAsync(id, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await progress.WriteLineAsync($"\nThe request stays pending. Take it up when it is approved: tsh login --request-id={id}");
            throw;
        }
    }
}

/// <summary>Options by which access is asked for, under the names of <c>tsh login</c> or of <c>tsh request create</c>.</summary>
internal sealed class RequestOptions
{
    private readonly Option<string?> _roles;
    private readonly Option<string?> _reason;
    private readonly Option<string?> _reviewers;
    private readonly Option<string[]>? _resources;
    private readonly Option<string?>? _maxDuration;
    private readonly Option<string?>? _requestTtl;
    private readonly Option<string?>? _sessionTtl;
    private readonly Option<string?>? _start;

    /// <param name="prefix"><c>--request-</c> or <c>--</c>.</param>
    public RequestOptions(string prefix)
    {
        bool isLogin = prefix != "--";
        _roles = new Option<string?>(prefix + "roles") { Description = "Roles to ask for, a,b; * for all that you may ask for." };
        _reason = new Option<string?>(prefix + "reason") { Description = "Why." };
        _reviewers = new Option<string?>(prefix + "reviewers") { Description = "Whom to tell, a,b." };
        NoWait = new Option<bool>(prefix + "nowait") { Description = "Do not wait for the decision." };
        if (!isLogin)
        {
            _resources = new Option<string[]>("--resource") { Description = "A resource to ask for, as tsh request search prints it; may be repeated." };
            _maxDuration = new Option<string?>("--max-duration") { Description = "How long the access shall last, as 4h." };
            _requestTtl = new Option<string?>("--request-ttl") { Description = "How long the request may stay undecided, as 2h." };
            _sessionTtl = new Option<string?>("--session-ttl") { Description = "Longest life of each certificate with the access." };
            _start = new Option<string?>("--assume-start-time") { Description = "When the access shall begin, as 2026-01-31T12:00:00Z." };
        }
    }

    public Option<bool> NoWait { get; }

    public void AddTo(Command command)
    {
        foreach (Option? option in new Option?[] { _roles, _resources, _reason, _reviewers, NoWait, _maxDuration, _requestTtl, _sessionTtl, _start })
        {
            if (option is not null)
            {
                command.Add(option);
            }
        }
    }

    /// <summary>What was asked for; roles and resources are empty where none were named.</summary>
    public CreateAccessRequestRequest Read(ParseResult parsed) => new()
    {
        Roles = { List(parsed.GetValue(_roles)) },
        ResourceIds = { _resources is null ? [] : (parsed.GetValue(_resources) ?? []).SelectMany(List) },
        Reason = parsed.GetValue(_reason) ?? "",
        SuggestedReviewers = { List(parsed.GetValue(_reviewers)) },
        MaxDurationSeconds = Seconds(parsed, _maxDuration),
        RequestTtlSeconds = Seconds(parsed, _requestTtl),
        SessionTtlSeconds = Seconds(parsed, _sessionTtl),
        AssumeStartUnixSeconds = _start is null ? 0 : RequestCalls.StartTime(parsed.GetValue(_start)),
    };

    private static long Seconds(ParseResult parsed, Option<string?>? option) =>
        option is not null && parsed.GetValue(option) is { } text ? (long)DurationText.Parse(text, option.Name).TotalSeconds : 0;

    private static string[] List(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
