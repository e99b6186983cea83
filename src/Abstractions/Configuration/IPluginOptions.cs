namespace Teleport.Abstractions.Configuration;

/// <summary>Options of a plugin: a record bound strictly from a section of the configuration, that checks itself.</summary>
/// <remarks>
/// Property <c>ListenAddr</c> is the key <c>listen_addr</c>. Supported types: string, bool, int, long, double, enums (by snake_case name),
/// <see cref="TimeSpan"/> (<c>1h30m</c>; <c>never</c> is <see cref="Timeout.InfiniteTimeSpan"/>), <see cref="NetworkAddress"/>,
/// <see cref="Uri"/>, <see cref="Security.Secret"/>, lists (a single value stands for a list of one), dictionaries with string keys, records, and nullable
/// forms of all; a missing or empty key leaves the property's initial value.
/// </remarks>
public interface IPluginOptions
{
    /// <summary>Checks what types cannot say. Every mistake is reported, not only the first.</summary>
    void Validate(OptionsValidation validation);
}
