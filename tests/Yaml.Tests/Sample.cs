using System.Text.Json.Serialization;

namespace Teleport.Yaml.Tests;

[JsonConverter(typeof(JsonStringEnumConverter<Colour>))]
public enum Colour
{
    Red,
    Green,
}

public sealed record Sample
{
    public string Name { get; set; } = "";

    public bool? Enabled { get; set; }

    public int Count { get; set; } = 3;

    public double Ratio { get; set; }

    public IReadOnlyList<string>? Tags { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public SampleInner? Inner { get; set; }

    public IReadOnlyList<SampleInner>? Many { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public Colour Colour { get; set; }
}

public sealed record SampleInner
{
    public string ListenAddr { get; set; } = "";

    public bool Active { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Sample))]
internal sealed partial class SampleJson : JsonSerializerContext;
