namespace Teleport.Bench.Gateway;

/// <summary>Much data through one session.</summary>
internal static class Transfers
{
    /// <summary>Size of what is fetched over a long way.</summary>
    public const int FarMiB = 64;

    private const int TerminalLines = 1_500_000;
    private const int MaxRounds = 10;

    private static readonly (string Cipher, string Mac)[] Protections =
    [
        ("aes128-gcm@openssh.com", ""), ("aes256-ctr", "hmac-sha2-256-etm@openssh.com"), ("chacha20-poly1305@openssh.com", ""),
    ];

    public static async Task RunAsync(OpenSshPeer jump, TeleportPeer ours, string blob, int mebibytes, int rounds, CancellationToken cancellationToken)
    {
        rounds = Math.Min(rounds, MaxRounds);
        foreach ((string cipher, string mac) in Protections)
        {
            Contender[] contenders = [jump.Ssh(cipher, mac), ours.Ssh(cipher, mac)];
            await BothWaysAsync(contenders, cipher, blob, mebibytes, rounds, cancellationToken);
        }

        await BothWaysAsync([jump.Ssh(), ours.Tsh()], "tsh, its own choice", blob, mebibytes, rounds, cancellationToken);
    }

    public static async Task TerminalAsync(IReadOnlyList<Contender> contenders, int rounds, CancellationToken cancellationToken)
    {
        Contender[] withTerminal = [.. contenders.Select(static c => c with { Arguments = ["-tt", .. c.Arguments] }).Select(static c => c.Program.EndsWith("tsh", StringComparison.Ordinal)
            ? c with { Arguments = ["ssh", "-tt", .. c.Arguments.Where(static a => a is not ("ssh" or "-tt"))] }
            : c)];
        string command = $"seq 1 {TerminalLines}";
        IReadOnlyList<Sample>[] samples = await Figures.InterleaveAsync(withTerminal, Math.Min(rounds, MaxRounds), command, "/dev/null", cancellationToken);
        double bytes = Enumerable.Range(1, 7).Sum(static digits => (Math.Min(Math.Pow(10, digits) - 1, TerminalLines) - Math.Pow(10, digits - 1) + 1) * (digits + 2));
        double basis = samples[0].MedianSeconds();
        for (int i = 0; i < contenders.Count; i++)
        {
            double median = samples[i].MedianSeconds();
            Figures.Print($"{contenders[i].Name,-34}{bytes / median / 1048576,9:F1} MiB/s   {basis / median,5:F2} x jump   server CPU {samples[i].MeanCpuSeconds(),5:F2} s");
        }
    }

    public static async Task FarAsync(IReadOnlyList<Contender> contenders, string blob, int rounds, CancellationToken cancellationToken)
    {
        IReadOnlyList<Sample>[] samples = await Figures.InterleaveAsync(contenders, rounds, $"cat {blob}", "/dev/null", cancellationToken);
        for (int i = 0; i < contenders.Count; i++)
        {
            double median = samples[i].MedianSeconds();
            Figures.Print($"{contenders[i].Name,-34}{FarMiB / median,9:F1} MiB/s   {samples[0].MedianSeconds() / median,5:F2} x jump   100 ms round trip");
        }
    }

    private static async Task BothWaysAsync(Contender[] contenders, string what, string blob, int mebibytes, int rounds, CancellationToken cancellationToken)
    {
        foreach ((string way, string command, string input) in new[] { ("down", $"cat {blob}", "/dev/null"), ("up", "cat >/dev/null", blob) })
        {
            IReadOnlyList<Sample>[] samples = await Figures.InterleaveAsync(contenders, rounds, command, input, cancellationToken);
            (double theirs, double own) = (samples[0].MedianSeconds(), samples[1].MedianSeconds());
            (double theirCpu, double ownCpu) = (samples[0].MeanCpuSeconds() * 1024 / mebibytes, samples[1].MeanCpuSeconds() * 1024 / mebibytes);
            Figures.Print(
                $"{what,-30}{way,-4}{mebibytes / own,9:F0} MiB/s   {theirs / own,5:F2} x jump ({mebibytes / theirs:F0})   server CPU {ownCpu,5:F2} s a GiB, {ownCpu / theirCpu,5:F2} x jump ({theirCpu:F2})");
        }
    }
}
