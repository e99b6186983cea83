namespace Teleport.Abstractions.Resources;

/// <summary>What may be done with resources, as in rules of roles.</summary>
public static class Verbs
{
#pragma warning disable CS1591 // The names say it.
    public const string List = "list";
    public const string Read = "read";
    public const string ReadNoSecrets = "readnosecrets";
    public const string Create = "create";
    public const string Update = "update";
    public const string Delete = "delete";
    public const string Rotate = "rotate";
    public const string Use = "use";
    public const string Any = "*";
#pragma warning restore CS1591
}
