using Renci.SshNet;
using Teleport.Ssh.Keys;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>SSH.NET, another library for .NET. It offers all that it has; the choice is made by our server alone.</summary>
internal sealed class SshNetPeer : ClientPeer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public override string Name => "SSH.NET";

    public override string? Version { get; } = typeof(SshClient).Assembly.GetName().Version!.ToString(3);

    public override string? Excuse(Choice choice) =>
        choice.Kind == Choice.HostKey && Keys.IsCertificate(choice.Algorithm) ? "knows no authorities of hosts" : null;

    public override Task<(int Status, byte[] Output, string Error)> CatAsync(OurServer server, byte[] input) => RunAsync(server, settings =>
    {
        using SshClient client = new(settings);
        Trust(client, server);
        client.Connect();
        using SshCommand command = client.CreateCommand("cat");
        command.CommandTimeout = Limit;
        IAsyncResult running = command.BeginExecute();
        using (Stream stdin = command.CreateInputStream())
            stdin.Write(input);

        using MemoryStream output = new();
        command.OutputStream.CopyTo(output);
        command.EndExecute(running);
        return (command.ExitStatus ?? -1, output.ToArray(), command.Error);
    });

    public override async Task<string> CopyBySftpAsync(OurServer server, string source, string target)
    {
        (_, _, string error) = await RunAsync(server, settings =>
        {
            using SftpClient client = new(settings);
            Trust(client, server);
            client.Connect();
            using (FileStream file = File.OpenRead(source))
                client.UploadFile(file, "copied");
            using (FileStream file = File.Create(target))
                client.DownloadFile("copied", file);
            return (0, [], string.Join('\n', client.ListDirectory(".").Select(entry => entry.Name)));
        });
        return error;
    }

    public override async Task<string?> CopyByScpAsync(OurServer server, string source, string target)
    {
        await RunAsync(server, settings =>
        {
            using ScpClient client = new(settings, RemotePathTransformation.ShellQuote);
            Trust(client, server);
            client.Connect();
            client.Upload(new FileInfo(source), "copied");
            client.Download("copied", new FileInfo(target));
            return (0, [], "");
        });
        return "";
    }

    /// <summary>Its calls block a thread, and it throws what goes wrong.</summary>
    private static Task<(int Status, byte[] Output, string Error)> RunAsync(
        OurServer server, Func<ConnectionInfo, (int Status, byte[] Output, string Error)> use) => Task.Run(() =>
    {
        SshPrivateKey key = Keys.UserKey(server.Choice.UserKeyAlgorithm);
        string keyFile = server.Write("key", key.ToOpenSshPem());
        using PrivateKeyFile identity = Keys.IsCertificate(server.Choice.UserKeyAlgorithm)
            ? new PrivateKeyFile(keyFile, null, server.Write("key-cert.pub", Keys.Certify(key, SshCertificateKind.User, Keys.Login).ToAuthorizedKeysLine() + "\n"))
            : new PrivateKeyFile(keyFile);
        using PrivateKeyAuthenticationMethod method = new(Keys.Login, identity);
        ConnectionInfo settings = new(Keys.HostAddress, server.Port, Keys.Login, method) { Timeout = Limit };
        try
        {
            return use(settings);
        }
        catch (Renci.SshNet.Common.SshException exception)
        {
            return (255, [], exception.Message);
        }
    });

    private static void Trust(BaseClient client, OurServer server) =>
        client.HostKeyReceived += (_, received) => received.CanTrust = "SHA256:" + received.FingerPrintSHA256 == server.HostKey.Fingerprint;
}
