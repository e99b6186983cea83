namespace Teleport.Fuzz;

/// <summary>An input that a parser neither accepts nor refuses as it must.</summary>
public sealed class FuzzFindingException(string target, byte[] input, Exception cause)
    : Exception($"The target {target} fails with {cause.GetType().Name}: {cause.Message} Input: {Convert.ToHexString(input)}", cause)
{
    /// <summary>The input.</summary>
    public ReadOnlyMemory<byte> Input { get; } = input;
}
