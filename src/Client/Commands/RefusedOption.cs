using System.CommandLine;

namespace Teleport.Client.Commands;

/// <summary>Flags that other versions know and this one does not act on: refused with the reason, rather than ignored.</summary>
public static class RefusedOption
{
    /// <summary>Makes such a flag, which takes a value or none.</summary>
    /// <param name="why">Completes <c>--flag is not supported: ...</c></param>
    /// <param name="name">Its name.</param>
    /// <param name="aliases">Other names.</param>
    public static Option Create(string why, string name, params string[] aliases)
    {
        var option = new Option<string?>(name, aliases) { Hidden = true, Arity = ArgumentArity.ZeroOrOne };
        option.Validators.Add(result => result.AddError($"{name} is not supported: {why}"));
        return option;
    }
}
