using System.Text.Json.Serialization;
using Teleport.Abstractions.Resources;

namespace Teleport.Auth.Stores;

/// <summary>A dynamic token and how often it was used.</summary>
internal sealed record StoredToken(Token Token, int Uses);

/// <summary>What a link to set credentials is good for.</summary>
/// <param name="UserName">The user.</param>
/// <param name="IsReset">Whether it replaces credentials.</param>
/// <param name="ClaimedUntil">While somebody is setting credentials by it, nobody else can; <c>null</c>: nobody is.</param>
internal sealed record StoredInvitation(string UserName, bool IsReset, DateTimeOffset? ClaimedUntil = null);

/// <summary>Failed attempts of a subject.</summary>
/// <param name="Count">Attempts that failed or are still being checked.</param>
/// <param name="LockedUntil">Nothing is checked until then; <c>null</c>: attempts are checked.</param>
internal sealed record StoredAttempts(int Count, DateTimeOffset? LockedUntil = null);

/// <summary>The keys that a host id belongs to.</summary>
/// <param name="Keys">Hashes of SSH and TLS public keys.</param>
internal sealed record StoredHost(IReadOnlyList<string> Keys);

/// <summary>Whose a session is and what became of it.</summary>
/// <param name="HostId">The host that records it.</param>
/// <param name="UploadId">The running upload in the store, if any.</param>
/// <param name="UploadBegun">When that began.</param>
/// <param name="Url">Where the complete recording is; <c>null</c>: not complete.</param>
/// <param name="User">Who started it.</param>
/// <param name="Participants">Who took part; known when it ended.</param>
internal sealed record StoredSession(
    string HostId,
    string? UploadId = null,
    DateTimeOffset? UploadBegun = null,
    string? Url = null,
    string? User = null,
    IReadOnlyList<string>? Participants = null);

/// <summary>Requests of a user that were undecided when last looked at.</summary>
internal sealed record StoredPendingRequests(IReadOnlyList<string> Ids);

/// <summary>A click in chat that its person has to confirm.</summary>
/// <param name="User">The person.</param>
/// <param name="RequestId">The request.</param>
/// <param name="ProposedState">Approved or denied.</param>
/// <param name="Plugin">The plugin.</param>
/// <param name="ChatIdentity">The chat account.</param>
/// <param name="MappedBy">How it was mapped to the person.</param>
internal sealed record StoredReviewIntent(
    string User, string RequestId, AccessRequestState ProposedState, string Plugin, string ChatIdentity, string MappedBy);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredToken))]
[JsonSerializable(typeof(StoredInvitation))]
[JsonSerializable(typeof(StoredAttempts))]
[JsonSerializable(typeof(StoredHost))]
[JsonSerializable(typeof(StoredSession))]
[JsonSerializable(typeof(StoredPendingRequests))]
[JsonSerializable(typeof(StoredReviewIntent))]
internal sealed partial class AuthRecords : JsonSerializerContext;
