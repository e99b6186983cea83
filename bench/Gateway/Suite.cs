namespace Teleport.Bench.Gateway;

/// <summary>The measurements by name, and the peers that they share.</summary>
internal sealed class Suite(string dist, string root, int rounds)
{
    private const int TransferMiB = 256;

    public static IReadOnlyList<string> Names { get; } = ["sessions", "throughput", "transfers", "terminal", "distance", "memory"];

    public async Task RunAsync(IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        await using OpenSshPeer jump = await OpenSshPeer.StartAsync(Path.Combine(root, "openssh"), cancellationToken);
        await using TeleportPeer ours = await TeleportPeer.StartAsync(dist, Path.Combine(root, "teleport"), new TeleportPeerOptions(), cancellationToken);
        Figures.Print($"start-up, empty data folder       {ours.StartUp.TotalMilliseconds,9:F0} ms");
        Figures.Print($"idle memory, all-in-one           {ours.MemoryMiB(),9:F1} MiB");
        string blob = Path.Combine(root, "blob");
        await Command.RunAsync("head", ["-c", $"{TransferMiB}M", "/dev/urandom"], null, null, blob, cancellationToken);
        foreach (string name in wanted)
        {
            Console.WriteLine($"\n{name}");
            await (name switch
            {
                "sessions" => Sessions.OneByOneAsync([jump.Ssh(), ours.Tsh(), ours.Ssh()], rounds, cancellationToken),
                "throughput" => Sessions.AtOnceAsync([jump.Ssh(), ours.Tsh(), ours.Ssh()], cancellationToken),
                "transfers" => Transfers.RunAsync(jump, ours, blob, TransferMiB, rounds, cancellationToken),
                "terminal" => TerminalAsync(jump, ours, cancellationToken),
                "distance" => DistanceAsync(cancellationToken),
                _ => IdleMemory.RunAsync(jump, ours, cancellationToken),
            });
        }
    }

    private async Task TerminalAsync(OpenSshPeer jump, TeleportPeer ours, CancellationToken cancellationToken)
    {
        await using TeleportPeer unrecorded = await TeleportPeer.StartAsync(
            dist, Path.Combine(root, "unrecorded"), new TeleportPeerOptions { SessionRecording = "off" }, cancellationToken);
        await Transfers.TerminalAsync(
            [jump.Ssh(), ours.Ssh(), unrecorded.Ssh() with { Name = "ssh through ours, not recorded" }, ours.Tsh(), unrecorded.Tsh() with { Name = "tsh, not recorded" }],
            rounds, cancellationToken);
    }

    private async Task DistanceAsync(CancellationToken cancellationToken)
    {
        await using var relay = new DelayRelay(TimeSpan.FromMilliseconds(50));
        await using OpenSshPeer jump = await OpenSshPeer.StartAsync(Path.Combine(root, "far-openssh"), cancellationToken, relay);
        await using TeleportPeer ours = await TeleportPeer.StartAsync(
            dist, Path.Combine(root, "far-teleport"), new TeleportPeerOptions { SshRelay = relay }, cancellationToken);
        string blob = Path.Combine(root, "far-blob");
        await Command.RunAsync("head", ["-c", $"{Transfers.FarMiB}M", "/dev/urandom"], null, null, blob, cancellationToken);
        await Transfers.FarAsync([jump.Ssh(), ours.Tsh(), ours.Ssh()], blob, Math.Min(rounds, 5), cancellationToken);
    }
}
