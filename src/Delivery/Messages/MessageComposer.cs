using System.Security.Cryptography;
using System.Text;
using Scriban.Runtime;
using Scriban.Syntax;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Delivery.Requests;
using Teleport.Delivery.Reviews;

namespace Teleport.Delivery.Messages;

/// <summary>Makes the messages of a plugin: what should be shown of a request now.</summary>
internal sealed class MessageComposer(string plugin, string cluster, MessageFormat format, TemplateSet templates, Func<Uri?> proxy)
{
    /// <summary>The message for a recipient.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">The recipient's name in the record.</param>
    /// <param name="target">The recipient.</param>
    /// <param name="hasButtons">Whether decisions are taken here at all.</param>
    public AccessMessage Compose(AccessRequestView request, string name, TargetRecord target, bool hasButtons)
    {
        Uri? link = LinkTo(request.Id);
        (string body, string status) = target.IsRequester
            ? (Render("requester", request, link, format.MaxBody), "")
            : (Render("body", request, link, format.MaxBody), Render("resolution", request, link, format.MaxBody));
        return new AccessMessage
        {
            Key = KeyOf(request.Id, name),
            Recipient = target.Recipient,
            Request = request,
            Title = TextLimit.Cut(TextLimit.OneLine(Render("title", request, link, int.MaxValue, TextMarkup.Plain)), format.MaxTitle),
            Body = body,
            Status = status,
            Link = link,
            Buttons = hasButtons && !target.IsRequester && !request.IsDecided ? ClickToken.Buttons(request.Id, name, target.Salt) : [],
            IsForRequester = target.IsRequester,
        };
    }

    public AccessReply Compose(AccessRequestView request, AccessReviewView review)
    {
        foreach (MessageModel.Width width in MessageModel.Widths)
        {
            ScriptObject model = MessageModel.Of(request, format.Markup, cluster, LinkTo(request.Id), width);
            model["review"] = MessageModel.Of(review, format.Markup, width);
            string text = Markup.Finish(format.Markup, templates.Render("review", model, format.Markup));
            if (text.Length <= format.MaxReply || width == MessageModel.Widths[^1])
            {
                return new AccessReply(Hash($"{plugin}\0{request.Id}\0{review.Id}")[..32], CutLines(text, format.MaxReply), request);
            }
        }

        throw new InvalidOperationException("There is always a last width.");
    }

    /// <summary>A fingerprint of what a recipient sees.</summary>
    public static string Fingerprint(AccessMessage message) => Hash(string.Join(
        '\0', [message.Title, message.Body, message.Status, message.Link?.AbsoluteUri ?? "", .. message.Buttons.Select(static b => b.Label)]))[..16];

    /// <summary>The page of a request in the web UI.</summary>
    public Uri? LinkTo(string requestId) => proxy() is { } address ? new Uri(address, $"/web/requests/{Uri.EscapeDataString(requestId)}") : null;

    private string KeyOf(string requestId, string name) => Hash($"{cluster}\0{plugin}\0{requestId}\0{name}")[..32];

    private string Render(string part, AccessRequestView request, Uri? link, int max, TextMarkup? other = null)
    {
        TextMarkup markup = other ?? format.Markup;
        string text = "";
        foreach (MessageModel.Width width in MessageModel.Widths)
        {
            try
            {
                text = Markup.Finish(markup, templates.Render(part, MessageModel.Of(request, markup, cluster, link, width), markup));
            }
            catch (Exception e) when (e is ScriptRuntimeException or OperationCanceledException)
            {
                throw new AccessPluginException(AccessPluginFailure.Refused, $"The template {part} failed: {e.Message} Correct it and start again.", null, e);
            }

            if (text.Length <= max)
            {
                return text;
            }
        }

        return CutLines(text, max);
    }

    // By whole lines: a cut inside one could leave half an escape or half a link.
    private static string CutLines(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var kept = new StringBuilder();
        foreach (string line in text.Split('\n'))
        {
            if (kept.Length + line.Length + 1 + TextLimit.Mark.Length > max)
            {
                break;
            }

            kept.Append(line).Append('\n');
        }

        return kept.Append(TextLimit.Mark).ToString();
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
