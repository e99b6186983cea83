using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Teleport.Pki.Names;

/// <summary>Builds a subject, one attribute after another, in wire order and in UTF-8.</summary>
internal sealed class SubjectNameBuilder
{
    private readonly AsnWriter _writer = new(AsnEncodingRules.DER);

    public SubjectNameBuilder() => _writer.PushSequence();

    public SubjectNameBuilder Add(string oid, string value)
    {
        using (_writer.PushSetOf())
        using (_writer.PushSequence())
        {
            _writer.WriteObjectIdentifier(oid);
            _writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
        }

        return this;
    }

    public SubjectNameBuilder AddAll(string oid, IEnumerable<string> values)
    {
        foreach (string value in values)
            Add(oid, value);
        return this;
    }

    /// <summary>Adds nothing when there is nothing to say.</summary>
    public SubjectNameBuilder AddIfAny(string oid, string? value) => string.IsNullOrEmpty(value) ? this : Add(oid, value);

    public X500DistinguishedName Build()
    {
        _writer.PopSequence();
        return new X500DistinguishedName(_writer.Encode());
    }
}
