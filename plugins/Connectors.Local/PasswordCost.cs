namespace Teleport.Connectors.Local;

/// <summary>What checking a password costs (Argon2id, RFC 9106). Stored with each hash, so that it can be raised.</summary>
/// <param name="MemoryKib">Memory of one check.</param>
/// <param name="Iterations">Passes over that memory.</param>
/// <param name="AtOnce">Checks at the same time; more wait, so that logins exhaust neither memory nor processors.</param>
internal sealed record PasswordCost(int MemoryKib, int Iterations, int AtOnce)
{
    /// <summary>About 50 ms and 19 MiB on a current core: the second recommendation of OWASP's password storage cheat sheet.</summary>
    public static PasswordCost Default { get; } = new(19 * 1024, 2, Math.Clamp(Environment.ProcessorCount, 1, 8));
}
