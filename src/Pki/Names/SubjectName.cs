using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;

namespace Teleport.Pki.Names;

/// <summary>The attributes of a subject, read strictly: what can be read in two ways is refused.</summary>
internal sealed class SubjectName
{
    private const int MaxAttributes = 2048;

    private readonly List<KeyValuePair<string, string>> _attributes;

    private SubjectName(List<KeyValuePair<string, string>> attributes) => _attributes = attributes;

    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: the name is malformed.</exception>
    public static SubjectName Read(X500DistinguishedName name)
    {
        List<KeyValuePair<string, string>> attributes = [];
        try
        {
            AsnReader reader = new(name.RawData, AsnEncodingRules.DER);
            AsnReader sequence = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            while (sequence.HasData && attributes.Count < MaxAttributes)
            {
                AsnReader set = sequence.ReadSetOf();
                AsnReader attribute = set.ReadSequence();
                set.ThrowIfNotEmpty(); // two attributes at one place: which comes first?
                string oid = attribute.ReadObjectIdentifier();
                attributes.Add(new(oid, ReadText(attribute)));
                attribute.ThrowIfNotEmpty();
            }

            sequence.ThrowIfNotEmpty();
        }
        catch (AsnContentException exception)
        {
            throw new TeleportException(ErrorCode.Unauthenticated, "The subject of a certificate is malformed.", exception);
        }

        return new SubjectName(attributes);
    }

    /// <summary>All values of an attribute, in order.</summary>
    public IReadOnlyList<string> All(string oid) => [.. _attributes.Where(attribute => attribute.Key == oid).Select(attribute => attribute.Value)];

    /// <summary>The value of an attribute that stands at most once; null when it is missing or empty.</summary>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: it stands there more than once.</exception>
    public string? Single(string oid)
    {
        IReadOnlyList<string> values = All(oid);
        return values.Count switch
        {
            0 => null,
            1 => values[0].Length == 0 ? null : values[0],
            _ => throw new TeleportException(
                ErrorCode.Unauthenticated, $"The subject of a certificate has the attribute {oid} {values.Count} times; it may stand there once."),
        };
    }

    private static string ReadText(AsnReader reader)
    {
        UniversalTagNumber type = (UniversalTagNumber)reader.PeekTag().TagValue;
        if (type is not (UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String))
            throw new AsnContentException("An attribute is not text.");

        return reader.ReadCharacterString(type);
    }
}
