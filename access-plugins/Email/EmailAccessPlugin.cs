using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.AccessPlugins.Email;

/// <summary>Tells people by mail. Links only open the web UI: programs that check mails follow links, so none may decide.</summary>
internal sealed class EmailAccessPlugin(EmailOptions options, IAccessPluginContext context) : IAccessPlugin, IAsyncDisposable
{
    private const int TimeoutMilliseconds = 10_000;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly SmtpClient _client = new() { Timeout = TimeoutMilliseconds };

    public MessageFormat Format { get; } = new() { Markup = TextMarkup.Html, MaxTitle = 78, MaxBody = 30_000, MaxReply = 30_000 };

    public async Task CheckAsync(CancellationToken cancellationToken) => await UseAsync(static (client, stop) => client.NoOpAsync(stop), cancellationToken);

    public Task<Recipient> ResolveAsync(string name, CancellationToken cancellationToken) => Mails.IsAddress(name)
        ? Task.FromResult(new Recipient(name.ToLowerInvariant()) { IsPerson = true })
        : throw new AccessPluginException(AccessPluginFailure.Gone, $"\"{name}\" is no e-mail address.");

    public async Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        string id = Mails.IdOf(message.Key, "request", options.Sender);
        await SendAsync(message.Recipient.Id, message.Title, Text(message), id, null, cancellationToken);
        return new PostedMessage(message.Recipient.Id, id);
    }

    // A mail cannot be changed. While reviews come in, each is a mail of its own; the decision is one, too.
    public Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken) => message.Request.IsDecided
        ? SendAsync(posted.Channel, $"Re: {message.Title}", Text(message), Mails.IdOf(message.Key, "decision", options.Sender), posted.Message, cancellationToken)
        : Task.CompletedTask;

    public Task ReplyAsync(PostedMessage posted, AccessReply reply, CancellationToken cancellationToken) => SendAsync(
        posted.Channel, $"Re: access request {reply.Request.Id}", reply.Text, Mails.IdOf(reply.Id, "review", options.Sender), posted.Message, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        _client.Dispose();
        _gate.Dispose();
    }

    private async Task SendAsync(string recipient, string subject, string html, string id, string? inReplyTo, CancellationToken cancellationToken)
    {
        using MimeMessage mail = Mails.Write(options, recipient, subject, html, id, inReplyTo);
        await UseAsync((client, stop) => client.SendAsync(mail, stop), cancellationToken);
    }

    // One connection, kept while it lasts: servers do not like many.
    private async Task UseAsync(Func<SmtpClient, CancellationToken, Task> use, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        bool isSending = false;
        try
        {
            await ConnectAsync(cancellationToken);
            isSending = true;
            await use(_client, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            AccessPluginException failure = FailureOf(e, isSending);
            if (failure.Failure is not (AccessPluginFailure.Gone or AccessPluginFailure.Refused) && _client.IsConnected)
            {
                await _client.DisconnectAsync(quit: false, CancellationToken.None);
            }

            throw failure;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_client.IsConnected)
        {
            return;
        }

        await _client.ConnectAsync(
            options.Host,
            options.Port,
            options.Security switch
            {
                EmailSecurity.Tls => SecureSocketOptions.SslOnConnect,
                EmailSecurity.Opportunistic => SecureSocketOptions.StartTlsWhenAvailable,
                EmailSecurity.None => SecureSocketOptions.None,
                _ => SecureSocketOptions.StartTls,
            },
            cancellationToken);
        if (options.Username is { } user)
        {
            await _client.AuthenticateAsync(user, context.ReadSecret(options.Password!).Reveal(), cancellationToken);
        }
    }

    private AccessPluginException FailureOf(Exception e, bool isSending) => e switch
    {
        AccessPluginException known => known,
        AuthenticationException => new AccessPluginException(AccessPluginFailure.Unauthorized, $"The mail server {options.Host} refuses the password of {options.Username}.", null, e),
        SslHandshakeException => new AccessPluginException(AccessPluginFailure.Unavailable, $"The certificate of the mail server {options.Host} cannot be trusted: {e.Message}", null, e),
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } command when (int)command.StatusCode >= 500 =>
            new AccessPluginException(AccessPluginFailure.Gone, $"The mail server does not take the recipient: {command.Message}", null, e),
        SmtpCommandException command when (int)command.StatusCode >= 500 =>
            new AccessPluginException(AccessPluginFailure.Refused, $"The mail server refuses the mail ({(int)command.StatusCode}): {command.Message}", null, e),
        SmtpCommandException command => new AccessPluginException(AccessPluginFailure.Unavailable, $"The mail server does not take the mail now ({(int)command.StatusCode}): {command.Message}", null, e),
        NotSupportedException => new AccessPluginException(AccessPluginFailure.Refused, $"The mail server {options.Host} does not offer what security or username ask for: {e.Message}", null, e),
        SocketException or IOException or ProtocolException or ServiceNotConnectedException or TimeoutException => new AccessPluginException(
            isSending ? AccessPluginFailure.Uncertain : AccessPluginFailure.Unavailable, $"The connection to the mail server {options.Host} failed: {e.Message}", null, e),
        _ => new AccessPluginException(AccessPluginFailure.Uncertain, $"Sending a mail failed: {e.Message}", null, e),
    };

    private static string Text(AccessMessage message) => message.Status.Length == 0 ? message.Body : $"{message.Body}<br>\n<br>\n{message.Status}";
}
