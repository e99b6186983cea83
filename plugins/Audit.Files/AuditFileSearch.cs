using System.Globalization;
using System.Text;
using Teleport.Abstractions.Audit;

namespace Teleport.Audit.Files;

/// <summary>Finds events in the files of all servers, ordered by time; events of the same moment are ordered by their id.</summary>
internal sealed class AuditFileSearch(string folder, AuditQuery query)
{
    private const int MaxLimit = 1000;

    private readonly int _limit = Math.Clamp(query.Limit, 1, MaxLimit);
    private readonly (DateTimeOffset Time, string Uid)? _after = ParseKey(query.StartKey);

    public async ValueTask<AuditPage> RunAsync(CancellationToken cancellationToken)
    {
        var found = new List<AuditRecord>();
        foreach (string day in Days())
        {
            var ofDay = new List<AuditRecord>();
            foreach (string server in Directory.EnumerateDirectories(folder))
            {
                string file = Path.Combine(server, FileAuditLog.FileName(day));
                if (Guid.TryParseExact(Path.GetFileName(server), "D", out _) && File.Exists(file))
                {
                    await ReadAsync(file, ofDay, cancellationToken);
                }
            }

            ofDay.Sort(Compare);
            foreach (AuditRecord record in ofDay)
            {
                if (found.Count == _limit)
                {
                    return new AuditPage(found, KeyOf(found[^1]));
                }

                // A batch that was appended again after a failure leaves an event twice.
                if (found.Count == 0 || found[^1].Uid != record.Uid)
                {
                    found.Add(record);
                }
            }
        }

        return new AuditPage(found, null);
    }

    private async ValueTask ReadAsync(string file, List<AuditRecord> records, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(file, Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (TryParse(line) is { } record && IsWanted(record))
            {
                records.Add(record);
            }
        }
    }

    private bool IsWanted(AuditRecord record)
    {
        if (record.Time < query.From || record.Time > query.To || (query.Events.Count > 0 && !query.Events.Contains(record.Event)))
        {
            return false;
        }

        return _after is not { } after || Compare((record.Time, record.Uid), after) > 0;
    }

    private static AuditRecord? TryParse(string line)
    {
        try
        {
            return AuditRecord.Parse(Encoding.UTF8.GetBytes(line));
        }
        catch (FormatException)
        {
            // Torn by a crash: it was never acknowledged.
            return null;
        }
    }

    private IEnumerable<string> Days()
    {
        // Only days that have a file: a query from the beginning of time costs no more.
        IEnumerable<string> days = Directory.EnumerateDirectories(folder)
            .SelectMany(static server => Directory.EnumerateFiles(server, "*.log"))
            .Select(static file => Path.GetFileName(file)[..10])
            .Distinct()
            .Where(day => string.CompareOrdinal(day, FileAuditLog.DayOf(query.From)) >= 0 && string.CompareOrdinal(day, FileAuditLog.DayOf(query.To)) <= 0);
        return query.Descending ? days.OrderDescending(StringComparer.Ordinal) : days.Order(StringComparer.Ordinal);
    }

    private int Compare(AuditRecord left, AuditRecord right)
    {
        int order = Compare((left.Time, left.Uid), (right.Time, right.Uid));
        return order != 0 ? order : left.Index.CompareTo(right.Index);
    }

    private int Compare((DateTimeOffset Time, string Uid) left, (DateTimeOffset Time, string Uid) right)
    {
        int order = left.Time.CompareTo(right.Time);
        order = order != 0 ? order : string.CompareOrdinal(left.Uid, right.Uid);
        return query.Descending ? -order : order;
    }

    private static string KeyOf(AuditRecord record) => string.Create(CultureInfo.InvariantCulture, $"{record.Time.UtcTicks}/{record.Uid}");

    private static (DateTimeOffset, string)? ParseKey(string? key)
    {
        if (key is null)
        {
            return null;
        }

        return key.Split('/') is [var ticks, var uid]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            && value <= DateTime.MaxValue.Ticks
            ? (new DateTimeOffset(value, TimeSpan.Zero), uid)
            : throw new FormatException($"\"{key}\" is no key of a page of this log.");
    }
}
