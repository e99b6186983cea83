using System.Security.Cryptography;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>Somebody else's client with our server, for everything that both have.</summary>
[Collection("programs")]
public sealed class TheirClientTests : IClassFixture<Results>
{
    private const string Direction = "Their client, our server";

    public static TheoryData<string, string, string> Choices => new(
        from peer in ClientPeer.All from choice in Choice.All select (peer.Name, choice.Kind, choice.Algorithm));

    public static TheoryData<string> Peers => [.. ClientPeer.All.Select(peer => peer.Name)];

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Cat_ByEachAlgorithm_CarriesDataBothWays(string peerName, string kind, string algorithm)
    {
        ClientPeer peer = ClientPeer.Get(peerName);
        Choice choice = new(kind, algorithm);
        SkipIf(peer, choice, peer.Excuse(choice));
        await using OurServer server = new(choice);
        byte[] data = RandomNumberGenerator.GetBytes(300_000);

        (int status, byte[] output, string error) = await peer.CatAsync(server, data);

        SkipIf(peer, choice, peer.Excuse(choice, error) ?? FindExcuse(server));
        Report(peer, choice, "failed");
        Assert.True(status == OurServer.ExitStatus, $"{status}: {error} {server.Failure}");
        Assert.Equal(data, output);
        Assert.True(choice.IsIn(server.Negotiated!), server.Negotiated!.ToString());
        Report(peer, choice, "yes");
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Cat_WithManyKeyExchanges_LosesNothing(string peerName)
    {
        ClientPeer peer = ClientPeer.Get(peerName);
        Choice choice = new(Choice.Cipher, "aes256-ctr");
        await using OurServer server = new(choice, rekeyBytes: 1024 * 1024);
        byte[] data = RandomNumberGenerator.GetBytes(12 * 1024 * 1024);

        (int status, byte[] output, string error) = await peer.CatAsync(server, data);

        Report(peer, "12 MiB both ways, new keys each MiB", "failed");
        Assert.True(status == OurServer.ExitStatus, $"{status}: {error} {server.Failure}");
        Assert.True(data.AsSpan().SequenceEqual(output), $"{output.Length} bytes came back");
        Report(peer, "12 MiB both ways, new keys each MiB", "yes");
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Files_BySftpAndScp_AreTheSame(string peerName)
    {
        ClientPeer peer = ClientPeer.Get(peerName);
        await using OurServer server = new(new Choice(Choice.KeyExchange, "curve25519-sha256"));
        byte[] data = RandomNumberGenerator.GetBytes(3_000_001);
        string source = Path.Combine(server.Folder, "source");
        await File.WriteAllBytesAsync(source, data, TestContext.Current.CancellationToken);

        Report(peer, "files by SFTP", "failed");
        string sftp = Path.Combine(server.Folder, "by-sftp");
        Assert.Contains("copied", await peer.CopyBySftpAsync(server, source, sftp), StringComparison.Ordinal);
        Assert.Equal(data, await File.ReadAllBytesAsync(sftp, TestContext.Current.CancellationToken));
        Report(peer, "files by SFTP", "yes");

        File.Delete(Path.Combine(server.Folder, "copied"));
        Report(peer, "files by scp", "failed");
        string scp = Path.Combine(server.Folder, "by-scp");
        _ = await peer.CopyByScpAsync(server, source, scp);
        Assert.Equal(data, await File.ReadAllBytesAsync(scp, TestContext.Current.CancellationToken));
        Report(peer, "files by scp", "yes");
    }

    /// <summary>A client that offers all that it has shows by its offer, or by what it uses, that it cannot do what is asked.</summary>
    private static string? FindExcuse(OurServer server)
    {
        Choice choice = server.Choice;
        if (server.NothingInCommon is { } nothing && !nothing.Theirs.Contains(choice.Algorithm))
            return "does not offer it";
        if (choice.Kind == Choice.HostKey && server.Negotiated is { } negotiated && negotiated.HostKey != choice.Algorithm)
            return $"prefers {negotiated.HostKey}";

        string? used = server.Login is not { } login ? null
            : login.Certificate is null ? login.SignatureAlgorithm : login.SignatureAlgorithm + "-cert-v01@openssh.com";
        return choice.Kind == Choice.UserKey && used is not null && used != choice.Algorithm ? $"used {used}" : null;
    }

    private static void SkipIf(ClientPeer peer, Choice choice, string? excuse)
    {
        if (excuse is null)
            return;

        Report(peer, choice, excuse);
        Assert.Skip($"{peer.Name} {peer.Version} {excuse}: {choice.Algorithm}.");
    }

    private static void Report(ClientPeer peer, Choice choice, string result) =>
        Results.Add(Direction, Choice.All.ToList().IndexOf(choice), $"{choice.Kind} `{choice.Algorithm}`", $"{peer.Name} {peer.Version}", result);

    private static void Report(ClientPeer peer, string row, string result) =>
        Results.Add(Direction, int.MaxValue, row, $"{peer.Name} {peer.Version}", result);
}
