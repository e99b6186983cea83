using System.Runtime.CompilerServices;
using Teleport.Abstractions.Configuration;
using Teleport.Ssh;

namespace Teleport.Node.Connections;

/// <summary>The SSH algorithms that the configuration lists; the library's own where it lists none.</summary>
internal static class SshAlgorithmChoice
{
    private static readonly ConditionalWeakTable<InstanceOptions, SshAlgorithms> Known = [];

    /// <summary>The lists, made once for each configuration.</summary>
    /// <exception cref="OptionsException">A name is not known.</exception>
    public static SshAlgorithms Of(InstanceOptions instance) => Known.GetValue(instance, static options =>
    {
        SshAlgorithms algorithms = SshAlgorithms.Default with
        {
            KeyExchange = OrDefault(options.KexAlgorithms, SshAlgorithms.Default.KeyExchange),
            Ciphers = OrDefault(options.Ciphers, SshAlgorithms.Default.Ciphers),
            Macs = OrDefault(options.MacAlgorithms, SshAlgorithms.Default.Macs),
        };
        try
        {
            algorithms.Validate();
            return algorithms;
        }
        catch (ArgumentException e)
        {
            throw new OptionsException("teleport", e.Message);
        }
    });

    private static IReadOnlyList<string> OrDefault(IReadOnlyList<string> chosen, IReadOnlyList<string> standard) => chosen.Count > 0 ? chosen : standard;
}
