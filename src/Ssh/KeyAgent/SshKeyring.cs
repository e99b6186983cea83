using Teleport.Ssh.Keys;

namespace Teleport.Ssh.KeyAgent;

/// <summary>An agent that holds its keys in the memory of this process. Disposing it wipes them.</summary>
/// <param name="time">The clock of lifetimes.</param>
/// <param name="confirm">Asks the user before a signature; null refuses keys that demand it.</param>
public sealed class SshKeyring(TimeProvider time, Func<SshAgentIdentity, CancellationToken, ValueTask<bool>>? confirm = null) : ISshAgent, IDisposable
{
    /// <summary>More keys than this are refused.</summary>
    public const int MaxKeys = 100;

    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SshAgentIdentity>> ListAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            DropExpired();
            return ValueTask.FromResult<IReadOnlyList<SshAgentIdentity>>([.. _entries.Select(entry => entry.Identity)]);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(
        ReadOnlyMemory<byte> identity, string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        Entry? entry;
        lock (_gate)
            entry = Find(identity.Span);

        if (entry is { Constraints.Confirm: true } && !(confirm is not null && await confirm(entry.Identity, cancellationToken)))
            throw new SshKeyException("The user did not confirm the use of the key.");

        lock (_gate)
        {
            // Looked up again: it may have been removed while the user was asked.
            entry = Find(identity.Span);
            return entry?.Key.Sign(signatureAlgorithm, data.Span) ?? throw new SshKeyException("The key is not in the agent, or no longer.");
        }
    }

    /// <inheritdoc/>
    public ValueTask AddAsync(
        SshPrivateKey key, SshCertificate? certificate, string comment, SshAgentConstraints constraints, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(constraints);
        if (constraints.Confirm && confirm is null)
            throw new SshKeyException("This agent cannot ask its user, so it refuses keys that must be confirmed.");
        if (certificate is not null && !certificate.Key.Equals(key.PublicKey))
            throw new SshKeyException("The certificate is for another key than the one to add.");

        Entry entry = new(
            new SshAgentIdentity(key.PublicKey, certificate, comment),
            SshPrivateKey.Parse(key.ToOpenSshPem()), // a copy of our own: the caller disposes its key
            constraints,
            constraints.Lifetime is { } lifetime ? time.GetUtcNow() + lifetime : null);
        lock (_gate)
        {
            DropExpired();
            Drop(old => old.Identity.Blob.Span.SequenceEqual(entry.Identity.Blob.Span));
            if (_entries.Count < MaxKeys)
            {
                _entries.Add(entry);
                return ValueTask.CompletedTask;
            }
        }

        entry.Key.Dispose();
        throw new SshKeyException($"The agent holds {MaxKeys} keys already. Remove some.");
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(ReadOnlyMemory<byte> identity, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return Drop(entry => entry.Identity.Blob.Span.SequenceEqual(identity.Span)) > 0
                ? ValueTask.CompletedTask
                : throw new SshKeyException("The key is not in the agent.");
        }
    }

    /// <inheritdoc/>
    public ValueTask RemoveAllAsync(CancellationToken cancellationToken = default)
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            Drop(_ => true);
    }

    private Entry? Find(ReadOnlySpan<byte> blob)
    {
        DropExpired();
        foreach (Entry entry in _entries)
        {
            if (entry.Identity.Blob.Span.SequenceEqual(blob))
                return entry;
        }

        return null;
    }

    private void DropExpired()
    {
        DateTimeOffset now = time.GetUtcNow();
        Drop(entry => entry.Ends <= now);
    }

    private int Drop(Predicate<Entry> condition)
    {
        foreach (Entry entry in _entries.Where(entry => condition(entry)))
            entry.Key.Dispose();
        return _entries.RemoveAll(condition);
    }

    private sealed record Entry(SshAgentIdentity Identity, SshPrivateKey Key, SshAgentConstraints Constraints, DateTimeOffset? Ends);
}
