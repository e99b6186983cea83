using System.IO.Pipelines;
using System.Security.Cryptography;
using Teleport.Ssh;
using Teleport.Ssh.Sessions;
using Teleport.Ssh.Sftp;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>Our client with OpenSSH's servers, for everything that both have.</summary>
[Collection("programs")]
public sealed class OurClientTests : IClassFixture<Results>, IClassFixture<OurClientTests.Servers>
{
    private const string Direction = "Our client, their server";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly OpenSshPrograms[] Installations = [OpenSshPrograms.System, OpenSshPrograms.Newest];

    private readonly Servers _servers;

    public OurClientTests(Servers servers) => _servers = servers;

    public static TheoryData<string, string, string> Choices => new(
        from programs in Installations from choice in Choice.All select (programs.Name, choice.Kind, choice.Algorithm));

    public static TheoryData<string> Peers => [.. Installations.Select(programs => programs.Name)];

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Cat_ByEachAlgorithm_CarriesDataBothWays(string peer, string kind, string algorithm)
    {
        OpenSshPrograms programs = Installations.First(programs => programs.Name == peer);
        TheirServer server = await _servers.GetAsync(programs);
        Choice choice = new(kind, algorithm);
        if (!programs.Has(choice))
        {
            Report(programs, choice, "does not have it");
            Assert.Skip($"{programs.Name} {programs.Version} does not have {algorithm}.");
        }

        Report(programs, choice, "failed");
        await using SshConnection client = await server.ConnectAsync(choice);
        Assert.True(choice.IsIn(client.NegotiatedAlgorithms), client.NegotiatedAlgorithms.ToString());
        await CatAsync(client, 300_000);
        Report(programs, choice, "yes");
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Cat_WithManyKeyExchanges_LosesNothing(string peer)
    {
        OpenSshPrograms programs = Installations.First(programs => programs.Name == peer);
        TheirServer server = await _servers.GetAsync(programs);
        const string row = "12 MiB both ways, new keys each MiB";
        Report(programs, row, "failed");

        await using SshConnection client = await server.ConnectAsync(new Choice(Choice.Cipher, "chacha20-poly1305@openssh.com"), rekeyBytes: 1024 * 1024);
        await CatAsync(client, 12 * 1024 * 1024);

        Report(programs, row, "yes");
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Files_BySftp_AreTheSame(string peer)
    {
        OpenSshPrograms programs = Installations.First(programs => programs.Name == peer);
        TheirServer server = await _servers.GetAsync(programs);
        Report(programs, "files by SFTP", "failed");
        string folder = Directory.CreateDirectory(Path.Combine(server.Folder, "files")).FullName;
        byte[] data = RandomNumberGenerator.GetBytes(3_000_001);
        await File.WriteAllBytesAsync(Path.Combine(folder, "source"), data, TestContext.Current.CancellationToken);

        await using SshConnection client = await server.ConnectAsync(new Choice(Choice.KeyExchange, "curve25519-sha256"));
        await using SshSession session = await SshSession.OpenAsync(client);
        await session.SubsystemAsync("sftp");
        await using SftpClient sftp = await SftpClient.StartAsync(session.Channel.AsStream());
        await sftp.UploadAsync(Path.Combine(folder, "source"), Path.Combine(folder, "there")).WaitAsync(Limit);
        await sftp.DownloadAsync(Path.Combine(folder, "there"), Path.Combine(folder, "back")).WaitAsync(Limit);

        Assert.Equal(data, await File.ReadAllBytesAsync(Path.Combine(folder, "back"), TestContext.Current.CancellationToken));
        Report(programs, "files by SFTP", "yes");
    }

    private static async Task CatAsync(SshConnection client, int size)
    {
        byte[] data = RandomNumberGenerator.GetBytes(size);
        await using SshSession session = await SshSession.OpenAsync(client);
        await session.ExecAsync("cat; exit 7");
        Task<byte[]> reading = ReadAsync(session.Stdout);
        await session.Stdin.WriteAsync(data).AsTask().WaitAsync(Limit);
        await session.Stdin.CompleteAsync();

        byte[] received = await reading.WaitAsync(Limit);
        Assert.True(data.AsSpan().SequenceEqual(received));
        Assert.Equal(7, (await session.WaitForExitAsync().WaitAsync(Limit)).Code);
    }

    private static async Task<byte[]> ReadAsync(PipeReader reader)
    {
        using MemoryStream all = new();
        await reader.CopyToAsync(all);
        return all.ToArray();
    }

    private static void Report(OpenSshPrograms programs, Choice choice, string result) =>
        Results.Add(Direction, Choice.All.ToList().IndexOf(choice), $"{choice.Kind} `{choice.Algorithm}`", $"{programs.Name} {programs.Version}", result);

    private static void Report(OpenSshPrograms programs, string row, string result) =>
        Results.Add(Direction, int.MaxValue, row, $"{programs.Name} {programs.Version}", result);

    /// <summary>One server of each installation for all tests.</summary>
    public sealed class Servers : IAsyncDisposable
    {
        private readonly Dictionary<string, TheirServer> _running = [];

        internal async Task<TheirServer> GetAsync(OpenSshPrograms programs)
        {
            if (!_running.TryGetValue(programs.Name, out TheirServer? server))
                _running[programs.Name] = server = await TheirServer.StartAsync(programs);
            return server;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (TheirServer server in _running.Values)
                await server.DisposeAsync();
        }
    }
}
