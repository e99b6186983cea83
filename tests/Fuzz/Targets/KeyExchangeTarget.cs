using Teleport.Ssh;
using Teleport.Ssh.KeyExchange;

namespace Teleport.Fuzz.Targets;

/// <summary>The peer's value of a key agreement, on both sides.</summary>
internal sealed class KeyExchangeTarget(string method, int shortRun) : IFuzzTarget
{
    public static IEnumerable<KeyExchangeTarget> All { get; } =
    [
        new("mlkem768x25519-sha256", 300),
        new("sntrup761x25519-sha512", 150),
        new("curve25519-sha256", 2000),
        new("ecdh-sha2-nistp256", 1000),
        new("ecdh-sha2-nistp521", 150),
        new("diffie-hellman-group14-sha256", 300),
    ];

    public string Name => $"kex-{method}";

    public int ShortRun => shortRun;

    /// <summary>A byte that chooses the side, then the value.</summary>
    public IEnumerable<byte[]> Seeds
    {
        get
        {
            using KeyAgreement client = Create();
            using KeyAgreement server = Create();
            byte[] init = client.CreateInit();
            yield return [0, .. init];
            yield return [1, .. server.Respond(init).Reply];
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;

        using KeyAgreement agreement = Create();
        try
        {
            if (input[0] % 2 == 0)
            {
                _ = agreement.Respond(input[1..]);
                return;
            }

            _ = agreement.CreateInit();
            _ = agreement.Complete(input[1..]);
        }
        catch (SshProtocolException)
        {
            // Refused.
        }
    }

    private KeyAgreement Create() => KeyExchangeAlgorithm.Get(method).Create();
}
