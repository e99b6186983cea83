using Teleport.Fuzz;

namespace Teleport.Ssh.Tests.Fuzzing;

/// <summary>The short run of each fuzz target; tests/Fuzz/README.md has the long one.</summary>
public sealed class FuzzTargetTests
{
    private const int Seed = 20_240_601;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_CorpusAndMutations_FindNothing(string name)
    {
        IFuzzTarget target = FuzzTargets.Get(name);
        Assert.NotEmpty(FuzzRun.Corpus(target));

        FuzzRun.Run(target, Seed, target.ShortRun);
    }

    [Fact]
    public void Run_TargetThatFails_ShowsTheInput()
    {
        FuzzFindingException finding = Assert.Throws<FuzzFindingException>(() => FuzzRun.RunOne(new Failing(), [1, 2]));

        Assert.Contains("0102", finding.Message, StringComparison.Ordinal);
    }

    private sealed class Failing : IFuzzTarget
    {
        public string Name => "failing";

        public int ShortRun => 1;

        public IEnumerable<byte[]> Seeds => [];

        public void Run(ReadOnlySpan<byte> input) => throw new InvalidOperationException();
    }
}
