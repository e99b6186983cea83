using Teleport.Ssh;
using Teleport.Ssh.KeyAgent;
using Teleport.Ssh.Keys;

namespace Teleport.Fuzz.Targets;

/// <summary>Answers of a key agent.</summary>
internal sealed class AgentClientTarget : IFuzzTarget
{
    public string Name => "agent-client";

    public int ShortRun => 10_000;

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
            yield return Wire.Build((ref SshWriter writer) =>
            {
                writer.WriteByte(12);
                writer.WriteUInt32(1);
                writer.WriteBinary(key.PublicKey.Blob.Span);
                writer.WriteString("comment");
            });
            yield return Wire.Build((ref SshWriter writer) =>
            {
                writer.WriteByte(14);
                writer.WriteBinary(key.Sign("ssh-ed25519", "data"u8));
            });
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;

        try
        {
            if (input[0] == 14)
                _ = AgentRequests.ReadSignature(input, "ssh-ed25519");
            else
                _ = AgentRequests.ReadIdentities(input);
        }
        catch (SshException)
        {
            // Refused.
        }
    }
}

/// <summary>Requests to a key agent of ours.</summary>
internal sealed class AgentServerTarget : IFuzzTarget
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public string Name => "agent-server";

    public int ShortRun => 2000;

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
            byte[] blob = key.PublicKey.Blob.ToArray();
            byte[] add = AgentRequests.Add(key, null, "comment", SshAgentConstraints.None with { Lifetime = TimeSpan.FromHours(1) });
            yield return Wire.Frames(add, [11], AgentRequests.Sign(blob, "ssh-ed25519", "data"u8), AgentRequests.Remove(blob), [19]);
            yield return Wire.Frames([11], [27, 0, 0, 0, 1, (byte)'x'], [22]);
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        using SshKeyring keyring = new(TimeProvider.System);
        if (!ServeAsync(input.ToArray(), keyring).Wait(Limit))
            throw new TimeoutException("The agent still serves a client that has left.");
    }

    private static async Task ServeAsync(byte[] input, SshKeyring keyring)
    {
        try
        {
            await SshAgentServer.ServeAsync(new SpokenStream(input), keyring, CancellationToken.None);
        }
        catch (SshProtocolException)
        {
            // Its framing is broken.
        }
    }
}
