using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;

namespace Teleport.AccessPlugins.Email;

/// <summary>Options of an access plugin of type <c>email</c>.</summary>
public sealed record EmailOptions : AccessPluginOptions
{
    /// <summary>The mail server.</summary>
    public string Host { get; init; } = "";

    /// <summary>Its port.</summary>
    public int Port { get; init; } = 587;

    /// <summary>How the connection is protected.</summary>
    public EmailSecurity Security { get; init; } = EmailSecurity.Starttls;

    /// <summary>Who logs in; <c>null</c>: nobody.</summary>
    public string? Username { get; init; }

    /// <summary>The password.</summary>
    public SecretSource? Password { get; init; }

    /// <summary>Whom mails are from.</summary>
    public string Sender { get; init; } = "";

    public override void Validate(OptionsValidation validation)
    {
        base.Validate(validation);
        if (Host.Length == 0)
        {
            validation.AddError("host", "is missing; write the name of the mail server");
        }

        if (!Mails.IsAddress(Sender))
        {
            validation.AddError("sender", $"\"{Sender}\" is no address; write whom mails are from, as teleport@example.com");
        }

        if (Username is not null)
        {
            RequireSecret(validation, "password", Password, "username needs one");
            if (Security == EmailSecurity.None && Host is not ("localhost" or "127.0.0.1" or "::1"))
            {
                validation.AddError("security", "must not be none when a password is sent: it could be read on the way");
            }
        }

        foreach ((string role, Abstractions.Resources.StringList recipients) in RoleToRecipients)
        {
            foreach (string wrong in recipients.Where(static recipient => !Mails.IsAddress(recipient)))
            {
                validation.AddError($"role_to_recipients.{role}", $"\"{wrong}\" is no address");
            }
        }
    }
}

/// <summary>How a connection is protected.</summary>
public enum EmailSecurity
{
    /// <summary>By STARTTLS, or not used at all.</summary>
    Starttls,

    /// <summary>By TLS from the first byte, as on port 465.</summary>
    Tls,

    /// <summary>By STARTTLS if the server offers it.</summary>
    Opportunistic,

    /// <summary>Not at all.</summary>
    None,
}
