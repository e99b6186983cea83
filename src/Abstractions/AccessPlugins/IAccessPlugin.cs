namespace Teleport.Abstractions.AccessPlugins;

/// <summary>Tells a chat, ticket or paging service of access requests. What it needs is its API calls; the host does the rest.</summary>
/// <remarks>
/// The host decides who is told, renders the texts, keeps what was posted, repeats what failed and makes what the service shows equal to
/// what it should show. Methods are called again after failures, and by several tasks at once for different messages. They throw
/// <see cref="AccessPluginException"/>; anything else counts as a defect of the plugin and is repeated too. Constructors do no work.
/// A plugin that implements <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> is disposed when the host stops.
/// </remarks>
public interface IAccessPlugin
{
    /// <summary>How texts are written for the service, and how long they may be.</summary>
    MessageFormat Format { get; }

    /// <summary>Checks credentials and whatever the service can confirm of the configuration. Called at the start and again after it failed.</summary>
    /// <exception cref="AccessPluginException">Says what is wrong and what to do.</exception>
    Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Names those who are told of a request when no access monitoring rule does; <c>null</c>: the option <c>role_to_recipients</c> and the suggested reviewers.</summary>
    IReadOnlyList<string>? RecipientsOf(AccessRequestView request) => null;

    /// <summary>Finds whom a name means. Answers are kept for a while.</summary>
    /// <param name="name">As in the configuration: an address, a channel, whatever the service has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AccessPluginException">Of kind <see cref="AccessPluginFailure.Gone"/>: there is none.</exception>
    Task<Recipient> ResolveAsync(string name, CancellationToken cancellationToken) => Task.FromResult(new Recipient(name));

    /// <summary>Looks for a message that may have been posted by a call whose end nobody saw.</summary>
    /// <returns>The message with that <see cref="AccessMessage.Key"/>; <c>null</c>: there is none, or the service cannot be asked.</returns>
    Task<PostedMessage?> FindAsync(AccessMessage message, CancellationToken cancellationToken) => Task.FromResult<PostedMessage?>(null);

    /// <summary>Posts a message.</summary>
    /// <returns>What is needed to change it later.</returns>
    Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken);

    /// <summary>Makes a message that was posted look as it should now. Called until it succeeds; repeating it does no harm.</summary>
    /// <exception cref="AccessPluginException">Of kind <see cref="AccessPluginFailure.Gone"/>: somebody removed the message; it is left alone from then on.</exception>
    Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken);

    /// <summary>Adds a review to a message: a reply, a comment, a note. Once for each review, in order.</summary>
    Task ReplyAsync(PostedMessage posted, AccessReply reply, CancellationToken cancellationToken) => Task.CompletedTask;
}
