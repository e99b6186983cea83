using MimeKit;

namespace Teleport.AccessPlugins.Email;

/// <summary>Writes mails. Header values are made by MimeKit, which encodes them; nothing that people wrote can begin another header.</summary>
internal static class Mails
{
    /// <summary>Whether a text is one plain address.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= 254 && MailboxAddress.TryParse(text, out MailboxAddress? address) && address.Address == text
        && text.IndexOf('@', StringComparison.Ordinal) > 0 && !text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c));

    /// <summary>The id of the mail with a part of a message: the same for every try, so that mail programs show copies as one.</summary>
    public static string IdOf(string key, string part, string sender) => $"teleport-{key}.{part}@{sender[(sender.LastIndexOf('@') + 1)..]}";

    public static MimeMessage Write(EmailOptions options, string recipient, string subject, string html, string messageId, string? inReplyTo)
    {
        var mail = new MimeMessage { MessageId = messageId, Subject = Header(subject) };
        mail.From.Add(new MailboxAddress("Teleport", options.Sender));
        mail.To.Add(new MailboxAddress(null, recipient));
        // Nobody's holiday answer, and no loop of two programs.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("X-Auto-Response-Suppress", "All");
        if (inReplyTo is not null)
        {
            mail.InReplyTo = inReplyTo;
            mail.References.Add(inReplyTo);
        }

        mail.Body = new MultipartAlternative
        {
            new TextPart("plain") { Text = PlainOf(html) },
            new TextPart("html") { Text = $"<!DOCTYPE html><html><body>{html}</body></html>" },
        };
        return mail;
    }

    private static string Header(string text) => string.Concat(text.Where(static c => !char.IsControl(c)));

    // The texts are of our own templates: tags are <b>, <a>, <br> and <blockquote>, everything else is escaped.
    private static string PlainOf(string html)
    {
        string lines = html.Replace("<br>\n", "\n", StringComparison.Ordinal).Replace("<blockquote>", "> ", StringComparison.Ordinal);
        string links = System.Text.RegularExpressions.Regex.Replace(
            lines, "<a href=\"([^\"]*)\">([^<]*)</a>", "$2: $1", System.Text.RegularExpressions.RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        string text = System.Text.RegularExpressions.Regex.Replace(links, "<[^>]*>", "", System.Text.RegularExpressions.RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        return System.Net.WebUtility.HtmlDecode(text);
    }
}
