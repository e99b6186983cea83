using System.Diagnostics;

namespace Teleport.Bench.Gateway;

/// <summary>Short sessions: how long one takes, what it costs, how many there are in a second.</summary>
internal static class Sessions
{
    private const int Clients = 8;
    private const int SessionsOfAClient = 25;

    public static async Task OneByOneAsync(IReadOnlyList<Contender> contenders, int rounds, CancellationToken cancellationToken)
    {
        IReadOnlyList<Sample>[] samples = await Figures.InterleaveAsync(contenders, rounds, "true", "/dev/null", cancellationToken);
        double basis = samples[0].MedianSeconds();
        for (int i = 0; i < contenders.Count; i++)
        {
            double median = samples[i].MedianSeconds();
            Figures.Print($"{contenders[i].Name,-34}{median * 1000,9:F1} ms   {median / basis,5:F2} x jump   server CPU {samples[i].MeanCpuSeconds() * 1000,6:F1} ms a session");
        }
    }

    public static async Task AtOnceAsync(IReadOnlyList<Contender> contenders, CancellationToken cancellationToken)
    {
        double basis = 0;
        foreach (Contender contender in contenders)
        {
            long begun = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
            {
                for (int i = 0; i < SessionsOfAClient; i++)
                {
                    await contender.RunAsync("true", "/dev/null", cancellationToken);
                }
            }));
            double rate = Clients * SessionsOfAClient / Stopwatch.GetElapsedTime(begun).TotalSeconds;
            basis = basis == 0 ? rate : basis;
            Figures.Print($"{contender.Name,-34}{rate,9:F1} /s   {rate / basis,5:F2} x jump   {Clients} clients");
        }
    }
}
