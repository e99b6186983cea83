using System.Diagnostics;
using System.Globalization;

namespace Teleport.Bench.Sessions;

/// <summary>The figures: every round runs all contenders, one after the other, so that a busy machine is busy for all.</summary>
internal sealed class Measurements(OpenSshPeer jump, TeleportPeer ours, int rounds)
{
    private const int IdleSessions = 200;

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    private readonly string _login = $"{Environment.UserName}@bench";
    private readonly string _loginOpenSsh = $"{Environment.UserName}@bench.bench";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine(string.Create(Plain, $"start-up, empty data folder        {ours.StartUp.TotalMilliseconds,8:F0} ms"));
        Console.WriteLine(string.Create(Plain, $"idle memory, all-in-one            {ours.MemoryMiB(),8:F1} MiB"));
        await WallAndCpuAsync(cancellationToken);
        await IdleSessionsAsync(cancellationToken);
    }

    private async Task WallAndCpuAsync(CancellationToken cancellationToken)
    {
        (string Name, string Program, string[] Arguments, IReadOnlyDictionary<string, string>? Environment, int[] Servers)[] contenders =
        [
            ("ssh through an OpenSSH jump host", "ssh", ["-F", jump.Config, "target", "true"], null, [.. jump.ProcessIds]),
            ("tsh ssh host true", ours.Tsh, ["ssh", _login, "true"], ours.Environment, [ours.ProcessId]),
            ("ssh -F config host true", "ssh", ["-F", ours.Config, _loginOpenSsh, "true"], ours.Environment, [ours.ProcessId]),
        ];
        var wall = contenders.Select(static _ => new List<double>()).ToArray();
        var cpu = new double[contenders.Length];
        for (int round = -3; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                (_, string program, string[] arguments, IReadOnlyDictionary<string, string>? environment, int[] servers) = contenders[i];
                TimeSpan before = Cpu(servers);
                (_, TimeSpan took) = await Command.RunAsync(program, arguments, environment, null, cancellationToken);
                if (round >= 0)
                {
                    wall[i].Add(took.TotalMilliseconds);
                    cpu[i] += (Cpu(servers) - before).TotalMilliseconds / rounds;
                }
            }
        }

        double basis = Median(wall[0]);
        for (int i = 0; i < contenders.Length; i++)
        {
            Console.WriteLine(string.Create(
                Plain, $"{contenders[i].Name,-34} {Median(wall[i]),8:F1} ms   {Median(wall[i]) / basis,5:F2} x jump   server CPU {cpu[i],6:F1} ms"));
        }
    }

    // The users' own processes count for nobody. The rounds before have warmed up what does not depend on the number of sessions.
    private async Task IdleSessionsAsync(CancellationToken cancellationToken)
    {
        double theirs = await OpenIdleAsync("ssh", ["-F", jump.Config, "target", "sleep", "600"], null, jump.MemoryMiB, cancellationToken);
        double own = await OpenIdleAsync(ours.Tsh, ["ssh", _login, "sleep", "600"], ours.Environment, ours.MemoryMiB, cancellationToken);
        Console.WriteLine(string.Create(Plain, $"memory of an idle session          {own,8:F2} MiB  {own / theirs,5:F2} x jump ({theirs:F2} MiB)   {IdleSessions} sessions, without the users' own processes"));
    }

    private static async Task<double> OpenIdleAsync(
        string program, string[] arguments, IReadOnlyDictionary<string, string>? environment, Func<double> memory, CancellationToken cancellationToken)
    {
        double before = memory();
        var clients = new List<Process>();
        try
        {
            for (int i = 0; i < IdleSessions; i++)
            {
                clients.Add(Command.Start(program, arguments, environment, "/dev/null"));
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }

            await Task.Delay(TimeSpan.FromSeconds(10), cancellationToken);
            return (memory() - before) / IdleSessions;
        }
        finally
        {
            foreach (Process client in clients)
            {
                client.Kill(entireProcessTree: true);
                client.Dispose();
            }

            await Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None);
        }
    }

    private static TimeSpan Cpu(int[] servers) => servers.Aggregate(TimeSpan.Zero, static (sum, id) => sum + Command.CpuOf(id));

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Figures of a peer.</summary>
internal static class PeerFigures
{
    public static double MemoryMiB(this TeleportPeer peer) => Command.MemoryOf(peer.ProcessId) / 1048576.0;

    public static double MemoryMiB(this OpenSshPeer peer) => peer.ProcessIds.Sum(Command.MemoryOf) / 1048576.0;
}
