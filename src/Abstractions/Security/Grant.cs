namespace Teleport.Abstractions.Security;

/// <summary>The proof that a caller was allowed something: code that acts takes one, and only the access rules can make one.</summary>
public abstract class Grant
{
    // Not open to plugins: whoever holds a grant can rely on the rules having been asked.
    private protected Grant(Caller caller) => Caller = caller;

    /// <summary>Who was allowed.</summary>
    public Caller Caller { get; }
}
