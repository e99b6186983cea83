using Teleport.Abstractions.Audit;

namespace Teleport.Audit.Files;

/// <summary>Events as lines.</summary>
internal static class AuditLines
{
    /// <summary>All events, each followed by a line feed.</summary>
    /// <exception cref="ArgumentException">An event is too large or holds a line end, which would forge a line.</exception>
    public static ReadOnlyMemory<byte> Join(IReadOnlyList<AuditRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        byte[] lines = new byte[records.Sum(static record => record.Json.Length + 1)];
        int position = 0;
        foreach (AuditRecord record in records)
        {
            if (record.Json.Length > AuditRecord.MaxBytes || record.Json.Span.IndexOfAny((byte)'\n', (byte)'\r') >= 0)
            {
                throw new ArgumentException($"The event {record.Uid} is larger than {AuditRecord.MaxBytes} bytes or spans lines.", nameof(records));
            }

            record.Json.CopyTo(lines.AsMemory(position));
            position += record.Json.Length;
            lines[position++] = (byte)'\n';
        }

        return lines;
    }
}
