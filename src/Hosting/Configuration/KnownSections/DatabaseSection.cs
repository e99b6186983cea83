using Teleport.Abstractions.Configuration;

namespace Teleport.Hosting.Configuration.KnownSections;

/// <summary>Databases.</summary>
internal sealed record DatabaseSection : IPluginOptions
{
    public bool Enabled { get; init; }

    public IReadOnlyList<DatabaseEntry> Databases { get; init; } = [];

    public IReadOnlyList<MatcherSection> Resources { get; init; } = [];

    public void Validate(OptionsValidation validation)
    {
        if (Enabled && Databases.Count == 0 && Resources.Count == 0)
        {
            validation.AddError("enabled", "the service is enabled without databases or resources");
        }

        for (int i = 0; i < Databases.Count; i++)
        {
            Databases[i].Validate(validation, $"databases[{i}]", isTwice: Databases.Take(i).Any(other => other.Name == Databases[i].Name));
        }
    }
}

/// <summary>One database server.</summary>
internal sealed record DatabaseEntry
{
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string? Protocol { get; init; }

    public string? Uri { get; init; }

    public string? CaCertFile { get; init; }

    public DatabaseTls? Tls { get; init; }

    public IReadOnlyDictionary<string, string> StaticLabels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<CommandSection> DynamicLabels { get; init; } = [];

    public DatabaseAws? Aws { get; init; }

    public DatabaseGcp? Gcp { get; init; }

    public void Validate(OptionsValidation validation, string key, bool isTwice)
    {
        if (!DnsLabels.IsLabel(Name))
        {
            validation.AddError($"{key}.name", $"\"{Name}\" is no name of a database: use lower-case letters, digits and -, at most 63, and begin with a letter");
        }
        else if (isTwice)
        {
            validation.AddError($"{key}.name", $"\"{Name}\" stands here for the second time");
        }

        if (Protocol is null)
        {
            validation.AddError($"{key}.protocol", "is missing; write postgres, for example");
        }

        if (string.IsNullOrEmpty(Uri))
        {
            validation.AddError($"{key}.uri", "is missing; write host:port");
        }
    }
}

/// <summary>How the server's certificate is checked.</summary>
internal sealed record DatabaseTls
{
    public string Mode { get; init; } = "verify-full";

    public string? ServerName { get; init; }

    public string? CaCertFile { get; init; }

    public bool TrustSystemCertPool { get; init; }
}

/// <summary>A database of Amazon's.</summary>
internal sealed record DatabaseAws
{
    public string? Region { get; init; }

    public IReadOnlyDictionary<string, string> Redshift { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Rds { get; init; } = new Dictionary<string, string>();
}

/// <summary>A database of Google's.</summary>
internal sealed record DatabaseGcp
{
    public string? ProjectId { get; init; }

    public string? InstanceId { get; init; }
}
