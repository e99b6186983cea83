using System.Globalization;

namespace Teleport.Bench.Gateway;

/// <summary>Runs contenders in turn, so that a busy machine is busy for all, and prints medians and ratios to the first of them.</summary>
internal static class Figures
{
    private const int WarmUps = 2;

    /// <summary>Samples of each contender, in its order.</summary>
    public static async Task<IReadOnlyList<Sample>[]> InterleaveAsync(
        IReadOnlyList<Contender> contenders, int rounds, string command, string input, CancellationToken cancellationToken)
    {
        var samples = contenders.Select(static _ => new List<Sample>()).ToArray();
        for (int round = -WarmUps; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                Sample sample = await contenders[i].RunAsync(command, input, cancellationToken);
                if (round >= 0)
                {
                    samples[i].Add(sample);
                }
            }
        }

        return samples;
    }

    public static double MedianSeconds(this IReadOnlyList<Sample> samples)
    {
        double[] sorted = [.. samples.Select(static s => s.Wall.TotalSeconds).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    public static double MeanCpuSeconds(this IReadOnlyList<Sample> samples) => samples.Average(static s => s.Cpu.TotalSeconds);

    public static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
