using System.Diagnostics;

namespace Teleport.Fuzz;

/// <summary>Gives a target its corpus and mutations of it, and says which input was one too many.</summary>
public static class FuzzRun
{
    /// <summary>No input of 64 KiB may make a parser allocate more than this.</summary>
    private const long MaxAllocation = 32L << 20;

    /// <summary>The corpus in the repository.</summary>
    public static IReadOnlyList<byte[]> Corpus(IFuzzTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        string folder = Path.Combine(AppContext.BaseDirectory, "Corpus", target.Name);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];
    }

    /// <summary>Runs so many inputs; the same ones for the same seed.</summary>
    /// <exception cref="FuzzFindingException">The target failed.</exception>
    public static void Run(IFuzzTarget target, int seed, int count)
    {
        ArgumentNullException.ThrowIfNull(target);
        IReadOnlyList<byte[]> corpus = Corpus(target);
        foreach (byte[] input in corpus)
            RunOne(target, input);

        Mutator mutator = new(seed, corpus.Count > 0 ? corpus : [[]]);
        for (int index = 0; index < count; index++)
            RunOne(target, mutator.Next());
    }

    /// <summary>Runs for a time, with a seed after the other.</summary>
    /// <returns>How many inputs there were.</returns>
    /// <exception cref="FuzzFindingException">The target failed.</exception>
    public static long RunFor(IFuzzTarget target, int seed, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(target);
        long start = Stopwatch.GetTimestamp();
        long total = 0;
        for (; Stopwatch.GetElapsedTime(start) < time; seed++, total += target.ShortRun)
            Run(target, seed, target.ShortRun);
        return total;
    }

    /// <summary>Runs one input.</summary>
    /// <exception cref="FuzzFindingException">The target failed.</exception>
    public static void RunOne(IFuzzTarget target, byte[] input)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
        }
        catch (Exception exception)
        {
            throw new FuzzFindingException(target.Name, input, exception);
        }

        if (GC.GetAllocatedBytesForCurrentThread() - before > MaxAllocation)
            throw new FuzzFindingException(target.Name, input, new InvalidOperationException($"It allocated more than {MaxAllocation} bytes."));
    }
}
