namespace Teleport.Abstractions.Configuration;

/// <summary>Collects mistakes in options. The host adds file, line and column of each key.</summary>
public sealed class OptionsValidation
{
    private readonly List<OptionsMistake> _mistakes = [];

    /// <summary>The mistakes so far, in order.</summary>
    public IReadOnlyList<OptionsMistake> Mistakes => _mistakes;

    /// <summary>Reports a mistake.</summary>
    /// <param name="key">The key within the section, as in the file: <c>pam.service_name</c>, <c>tokens[0]</c>.</param>
    /// <param name="message">What is wrong and what would be right; no secrets.</param>
    public void AddError(string key, string message) => _mistakes.Add(new OptionsMistake(key, message, IsWarning: false));

    /// <summary>Reports something doubtful that does not keep the host from starting.</summary>
    /// <param name="key">The key within the section, as in the file.</param>
    /// <param name="message">What is doubtful and what to do; no secrets.</param>
    public void AddWarning(string key, string message) => _mistakes.Add(new OptionsMistake(key, message, IsWarning: true));
}
