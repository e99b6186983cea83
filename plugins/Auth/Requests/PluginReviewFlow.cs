using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Api.Requests.V1;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Requests;

/// <summary>The review of a person who clicked in chat. The plugin is believed in one thing only: that the chat service said which account clicked.</summary>
internal sealed class PluginReviewFlow(
    AccessRequestStore requests, CallbackStore callbacks, ChatAccounts accounts, OwnRoles own, ReviewFlow reviews, PluginSettings settings)
{
    private const int LongestId = 512;
    private static readonly TimeSpan CallbackMemory = TimeSpan.FromHours(24);

    public async Task<ChatReviewOutcome> SubmitAsync(Caller caller, RoleSet pluginRoles, SubmitReviewForRequest click, CancellationToken cancellationToken)
    {
        string plugin = PluginIdentity.NameOf(caller);
        AccessPluginSpec spec = await settings.RequireReviewsAsync(plugin, cancellationToken);
        ChatAccount account = click.Account ?? throw TeleportException.Invalid("account is missing.");
        if (click.CallbackId.Length is 0 or > LongestId)
        {
            throw TeleportException.Invalid($"callback_id must have 1 to {LongestId} characters.");
        }

        var proposed = (AccessRequestState)click.ProposedState;
        AccessRequest request = await requests.RequireAsync(click.RequestId, cancellationToken);
        // Before anything is done: of a click that arrives twice, the second does nothing even if the first is still under way.
        if (!await callbacks.SeenOnceAsync(plugin, "review:" + click.CallbackId, CallbackMemory, cancellationToken))
        {
            throw TeleportException.Conflict("This click was received before.");
        }

        var review = new AccessReview
        {
            ProposedState = proposed,
            Reason = click.Reason.Length > 0 ? click.Reason : null,
            SubmittedBy = caller.Name,
            Means = new ReviewMeans
            {
                Via = "plugin", Plugin = plugin, ChatIdentity = $"{spec.Provider}:{Shorten(account.Tenant)}:{Shorten(account.UserId)}", DeliveryId = click.CallbackId,
            },
        };
        ChatMapping mapping = await accounts.MapAsync(spec, account, cancellationToken);
        if (mapping.User is not { } user)
        {
            throw await RefuseAsync(caller, null, request, review, mapping.Error ?? "nobody");
        }

        review = review with { Means = review.Means with { MappedBy = mapping.Source } };
        if (!ReviewRules.MaySubmitFor(pluginRoles, user))
        {
            throw await RefuseAsync(caller, user, request, review, "the plugin's submit_for_users does not cover the user");
        }

        if (await own.FindAsync(user, cancellationToken) is not { } reviewer)
        {
            throw await RefuseAsync(caller, user, request, review, "the user is gone");
        }

        AccessDecision<ReviewGrant> decision = ReviewRules.Check(caller, reviewer, request, review);
        if (!decision.IsAllowed)
        {
            throw await RefuseAsync(caller, user, request, review, string.Join("; ", decision.Explanation));
        }

        RoleSet requested = await own.RequestedAsync(request, cancellationToken);
        string policy = ChatPolicy.Of(reviewer, requested, request, click.WeakChannel);
        if (policy == ChatPolicy.Off || (proposed == AccessRequestState.Approved && policy == ChatPolicy.DenyOnly))
        {
            return new ChatReviewOutcome(SubmitReviewForResponse.Types.Outcome.WebOnly, user, request, null);
        }

        if (policy == ChatPolicy.Mfa && proposed == AccessRequestState.Approved)
        {
            string intent = await callbacks.AddIntentAsync(
                new StoredReviewIntent(user, click.RequestId, proposed, plugin, review.Means.ChatIdentity!, mapping.Source!), cancellationToken);
            return new ChatReviewOutcome(SubmitReviewForResponse.Types.Outcome.Confirm, user, request, intent);
        }

        AccessRequest changed = await reviews.SubmitAsync(caller, user, click.RequestId, review, cancellationToken);
        return new ChatReviewOutcome(SubmitReviewForResponse.Types.Outcome.Recorded, user, changed, null);
    }

    /// <summary>One text whatever was wrong: nobody finds out by clicking who is a reviewer.</summary>
    private async Task<TeleportException> RefuseAsync(Caller caller, string? user, AccessRequest request, AccessReview review, string why)
    {
        await reviews.RefuseAsync(caller, user, request, review, why);
        return TeleportException.AccessDenied("This chat account may not review this request. If it should, ask an administrator to link it: the audit log says what is missing.");
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100];
}

/// <summary>What came of a click.</summary>
internal sealed record ChatReviewOutcome(SubmitReviewForResponse.Types.Outcome Outcome, string User, AccessRequest Request, string? IntentId);
