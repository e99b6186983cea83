using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Readme;

/// <summary>The programs of the README compile, run, and are those that stand there.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData(0, "ExecProgram.cs")]
    [InlineData(1, "ServerProgram.cs")]
    [InlineData(2, "SftpProgram.cs")]
    public async Task Readme_Program_IsTheOneThatIsTested(int index, string file)
    {
        string folder = Path.GetDirectoryName(ThisFile())!;
        Assert.SkipUnless(Directory.Exists(folder), "The sources are not on this machine.");
        string readme = await File.ReadAllTextAsync(Path.Combine(folder, "../../../src/Ssh/README.md"));
        string source = await File.ReadAllTextAsync(Path.Combine(folder, file));

        string shown = Program().Matches(readme)[index].Groups[1].Value;
        string[] tested = Region().Match(source).Groups[1].Value.Split('\n');
        int indent = tested.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);

        Assert.Equal(string.Join('\n', tested.Select(line => line.Length == 0 ? line : line[indent..])).Trim(), shown.Trim());
    }

    [Fact]
    public async Task Readme_Programs_WorkTogether()
    {
        using TemporaryFolder folder = new();
        using SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey userKey = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Directory.CreateDirectory(folder.Path("served"));
        Directory.CreateDirectory(folder.Path("local"));
        folder.Write("local/file", "12345");
        string keyFile = folder.WriteSecret("key", userKey.ToOpenSshPem());
        string knownHosts = folder.Write("known_hosts", KnownHostsFile.FormatLine([$"[127.0.0.1]:{port}"], hostKey.PublicKey) + "\n");
        using CancellationTokenSource stop = new();
        SmallServer server = new(hostKey, userKey.PublicKey, folder.Path("served"));
        Task serving = ServeAsync(server, listener, connections: 2, stop.Token);

        using MemoryStream output = new();
        Assert.Equal(0, await ExecProgram.RunAsync("127.0.0.1", port, "alice", keyFile, knownHosts, output).WaitAsync(SshPair.Patience));
        Assert.Equal("you said: hello\n", Encoding.UTF8.GetString(output.ToArray()));

        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        List<string> names = [];
        await using (SshConnection connection = await SshConnection.ConnectAsync(socket, new SshClientOptions
        {
            UserName = "alice",
            Credentials = [SshCredential.FromKey(userKey)],
            HostKeyVerifier = new PinnedHostKey(hostKey.PublicKey),
        }))
        {
            await SftpProgram.RunAsync(connection, folder.Path("local"), names).WaitAsync(SshPair.Patience);
        }

        Assert.Equal(["file: 5 bytes"], names);
        Assert.Equal("12345", await File.ReadAllTextAsync(folder.Path("local.copy/file")));
        Assert.True(Directory.Exists(folder.Path("served/renamed")));
        await serving.WaitAsync(SshPair.Patience);
    }

    private static async Task ServeAsync(SmallServer server, Socket listener, int connections, CancellationToken stop)
    {
        for (; connections > 0; connections--)
            await server.ServeAsync(await listener.AcceptAsync(stop), stop);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Program();

    [GeneratedRegex("// <readme>\n(.*?)\\s*// </readme>", RegexOptions.Singleline)]
    private static partial Regex Region();
}
