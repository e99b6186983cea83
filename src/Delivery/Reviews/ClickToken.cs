using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Resources;

namespace Teleport.Delivery.Reviews;

/// <summary>What a button carries: proof that this plugin offered this decision on this request to this recipient. No authority to review.</summary>
/// <remarks>
/// <c>v1.REQUEST.TARGET.DECISION.PROOF</c>: the request's id as 32 hexadecimal digits, 16 digits of the hash of the recipient's name, <c>a</c> or
/// <c>d</c>, and 22 characters of HMAC-SHA256 over the rest, keyed with the target's salt. The salt is random, one for each target, and is kept
/// in plugin data, so every host of the plugin can check a token and no other plugin can make one.
/// </remarks>
internal sealed record ClickToken(string RequestId, string Target, AccessRequestState Decision, string Proof)
{
    private const int MaxLength = 100;

    public static string NewSalt() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));

    /// <summary>The buttons of a message; none for a request whose id is no UUID.</summary>
    public static IReadOnlyList<ReviewButton> Buttons(string requestId, string name, string salt) => Guid.TryParse(requestId, out Guid id)
        ?
        [
            new ReviewButton("Approve", AccessRequestState.Approved, Write(id, name, AccessRequestState.Approved, salt)),
            new ReviewButton("Deny", AccessRequestState.Denied, Write(id, name, AccessRequestState.Denied, salt)),
        ]
        : [];

    /// <summary>Reads a token; <c>null</c>: it is none. Whether it is genuine, <see cref="IsFor"/> says.</summary>
    public static ClickToken? TryParse(string text)
    {
        if (text.Length > MaxLength || text.Split('.') is not ["v1", var request, { Length: 16 } target, "a" or "d", { Length: 22 } proof] parts
            || !Guid.TryParseExact(request, "N", out Guid id))
        {
            return null;
        }

        return new ClickToken(id.ToString("D"), target, parts[3] == "a" ? AccessRequestState.Approved : AccessRequestState.Denied, proof);
    }

    /// <summary>Whether it was made for a recipient.</summary>
    public bool IsFor(string name, string salt) =>
        TargetOf(name) == Target && CallbackSignatures.AreEqual(ProofOf(Guid.Parse(RequestId), name, Decision, salt), Proof);

    private static string Write(Guid id, string name, AccessRequestState decision, string salt) =>
        $"v1.{id:N}.{TargetOf(name)}.{Letter(decision)}.{ProofOf(id, name, decision, salt)}";

    private static string ProofOf(Guid id, string name, AccessRequestState decision, string salt) => Base64Url.EncodeToString(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(salt), Encoding.UTF8.GetBytes($"{id:N}\0{Letter(decision)}\0{name}")).AsSpan(0, 16));

    private static string TargetOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];

    private static char Letter(AccessRequestState decision) => decision == AccessRequestState.Approved ? 'a' : 'd';
}
