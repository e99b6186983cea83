using System.Diagnostics;

namespace Teleport.Bench.Gateway;

/// <summary>What sessions cost that do nothing. The users' own processes count for nobody.</summary>
internal static class IdleMemory
{
    private const int Sessions = 200;

    public static async Task RunAsync(OpenSshPeer jump, TeleportPeer ours, CancellationToken cancellationToken)
    {
        double theirs = await OpenAsync(jump.Ssh(), jump.MemoryMiB, cancellationToken);
        double own = await OpenAsync(ours.Tsh(), ours.MemoryMiB, cancellationToken);
        Figures.Print($"memory of an idle session         {own,9:F2} MiB   {own / theirs,5:F2} x jump ({theirs:F2} MiB)   {Sessions} sessions");
    }

    private static async Task<double> OpenAsync(Contender contender, Func<double> memory, CancellationToken cancellationToken)
    {
        double before = memory();
        var clients = new List<Process>();
        try
        {
            for (int i = 0; i < Sessions; i++)
            {
                clients.Add(Command.Start(contender.Program, [.. contender.Arguments, "sleep 600"], contender.Environment, "/dev/null"));
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }

            await Task.Delay(TimeSpan.FromSeconds(10), cancellationToken);
            int running = Process.GetProcessesByName("sleep").Length;
            return running >= Sessions
                ? (memory() - before) / Sessions
                : throw new InvalidOperationException($"Only {running} of {Sessions} sessions of {contender.Name} are there.");
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
}
