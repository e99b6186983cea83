namespace Teleport.Fuzz;

/// <summary>A parser of bytes that a stranger sends.</summary>
public interface IFuzzTarget
{
    /// <summary>What it is called on the command line, and the folder of its corpus.</summary>
    string Name { get; }

    /// <summary>How many inputs the short run takes: as many as fit a second or two.</summary>
    int ShortRun { get; }

    /// <summary>Inputs that get deep into the parser; the corpus in the repository is written from them.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Parses. What the parser may refuse with is caught in here; whatever else is thrown is a finding.</summary>
    void Run(ReadOnlySpan<byte> input);
}
