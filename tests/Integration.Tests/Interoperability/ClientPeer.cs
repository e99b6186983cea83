using System.Diagnostics;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>Somebody else's client.</summary>
internal abstract class ClientPeer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Those that are tested, whether they are installed or not.</summary>
    public static IReadOnlyList<ClientPeer> All { get; } =
        [new OpenSshPeer(OpenSshPrograms.System), new OpenSshPeer(OpenSshPrograms.Newest), new PuttyPeer(), new SshNetPeer()];

    /// <summary>What the tables call it.</summary>
    public abstract string Name { get; }

    /// <summary>The version that is installed; null if none is.</summary>
    public abstract string? Version { get; }

    /// <summary>Why the peer cannot be made to use a choice; null if it can, as far as is known beforehand.</summary>
    public virtual string? Excuse(Choice choice) => null;

    /// <summary>Why the peer could not use a choice, by what it said; null if that says nothing of the kind.</summary>
    public virtual string? Excuse(Choice choice, string error) => null;

    /// <summary>Runs <c>cat</c> on our server.</summary>
    public abstract Task<(int Status, byte[] Output, string Error)> CatAsync(OurServer server, byte[] input);

    /// <summary>Sends a file by SFTP and fetches it again under another name.</summary>
    public abstract Task<string> CopyBySftpAsync(OurServer server, string source, string target);

    /// <summary>Does the same by the old scp protocol; null if the peer does not have it.</summary>
    public abstract Task<string?> CopyByScpAsync(OurServer server, string source, string target);

    public static ClientPeer Get(string name)
    {
        ClientPeer peer = All.First(peer => peer.Name == name);
        Assert.SkipWhen(peer.Version is null, $"{name} is not installed.");
        return peer;
    }

    protected static async Task<(int Status, byte[] Output, string Error)> RunAsync(
        string program, IEnumerable<string> arguments, byte[] input, string? home = null)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("SSH_AUTH_SOCK");
        if (home is not null)
            start.Environment["HOME"] = home;

        using Process process = Process.Start(start)!;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            using MemoryStream output = new();
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            Task reading = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
            await SendAsync(process, input, limit.Token);
            await reading;
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output.ToArray(), await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    protected static async Task<string> RequireAsync(string program, IEnumerable<string> arguments, string? home = null)
    {
        (int status, byte[] output, string error) = await RunAsync(program, arguments, [], home);
        Assert.True(status == 0, $"{program}: {error}");
        return System.Text.Encoding.UTF8.GetString(output);
    }

    private static async Task SendAsync(Process process, byte[] input, CancellationToken ct)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its status and messages say why.
        }
    }
}
