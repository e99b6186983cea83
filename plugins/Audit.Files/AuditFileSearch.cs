using System.Globalization;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;

namespace Teleport.Audit.Files;

/// <summary>Finds events in the files of all servers, ordered by time; events of the same moment are ordered by their id.</summary>
/// <remarks>Reads whole days, and keeps no more of them than a page: memory does not grow with the log.</remarks>
internal sealed class AuditFileSearch
{
    private const int MaxLimit = 1000;

    private readonly string _folder;
    private readonly AuditQuery _query;
    private readonly int _limit;
    private readonly Comparer<Key> _order;
    private readonly Key? _after;
    private readonly HashSet<string> _types;

    public AuditFileSearch(string folder, AuditQuery query)
    {
        (_folder, _query, _limit, _after) = (folder, query, Math.Clamp(query.Limit, 1, MaxLimit), ParseKey(query.StartKey));
        _types = query.Events.ToHashSet(StringComparer.Ordinal);
        _order = query.Descending ? Comparer<Key>.Create(static (left, right) => Key.Compare(right, left)) : Comparer<Key>.Create(Key.Compare);
    }

    public async ValueTask<AuditPage> RunAsync(CancellationToken cancellationToken)
    {
        var found = new List<Found>();
        foreach (string day in Days())
        {
            // Events that were appended again after a failure have the same key, and are there once.
            var ofDay = new SortedSet<Found>(Comparer<Found>.Create((left, right) => _order.Compare(left.Key, right.Key)));
            int room = _limit + 1 - found.Count;
            foreach (string server in Servers())
            {
                await ReadAsync(Path.Combine(server, FileAuditLog.FileName(day)), ofDay, room, cancellationToken);
            }

            found.AddRange(ofDay);
            if (found.Count > _limit)
            {
                return new AuditPage([.. found.Take(_limit).Select(static one => one.Record)], found[_limit - 1].Key.ToString());
            }
        }

        return new AuditPage([.. found.Select(static one => one.Record)], null);
    }

    private async ValueTask ReadAsync(string file, SortedSet<Found> ofDay, int room, CancellationToken cancellationToken)
    {
        await foreach (ReadOnlyMemory<byte> line in LineFile.ReadAsync(file, cancellationToken))
        {
            if (LineFields.TryRead(line.Span) is not { } fields || !IsWanted(fields))
            {
                continue;
            }

            // Once there are as many as there is room for, only one that comes before their last is worth a copy.
            bool isFull = ofDay.Count == room;
            if ((isFull && _order.Compare(fields.Key, ofDay.Max.Key) >= 0) || TryParse(line) is not { } record)
            {
                continue;
            }

            if (ofDay.Add(new Found(fields.Key, record)) && isFull)
            {
                ofDay.Remove(ofDay.Max);
            }
        }
    }

    private bool IsWanted(LineFields fields) =>
        fields.Key.Time >= _query.From
        && fields.Key.Time <= _query.To
        && (_types.Count == 0 || _types.Contains(fields.Event))
        && (_after is not { } after || _order.Compare(fields.Key, after) > 0);

    private static AuditRecord? TryParse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return AuditRecord.Parse(line.ToArray());
        }
        catch (FormatException)
        {
            // No event that this program wrote.
            return null;
        }
    }

    /// <summary>Days that have a file, in the order of the search: a query from the beginning of time costs no more.</summary>
    private IEnumerable<string> Days()
    {
        (DateTimeOffset from, DateTimeOffset to) = (_query.From, _query.To);
        if (_after is { } after)
        {
            (from, to) = _query.Descending ? (from, after.Time < to ? after.Time : to) : (after.Time > from ? after.Time : from, to);
        }

        (string first, string last) = (FileAuditLog.DayOf(from), FileAuditLog.DayOf(to));
        IEnumerable<string> days = Servers()
            .SelectMany(static server => Directory.EnumerateFiles(server))
            .Select(static file => FileAuditLog.DayOfFile(Path.GetFileName(file)))
            .OfType<string>()
            .Where(day => string.CompareOrdinal(day, first) >= 0 && string.CompareOrdinal(day, last) <= 0)
            .Distinct();
        return _query.Descending ? days.OrderDescending(StringComparer.Ordinal) : days.Order(StringComparer.Ordinal);
    }

    private IEnumerable<string> Servers() =>
        Directory.EnumerateDirectories(_folder).Where(static folder => Guid.TryParseExact(Path.GetFileName(folder), "D", out _));

    private static Key? ParseKey(string? key)
    {
        if (key is null)
        {
            return null;
        }

        return key.Split('/') is [var ticks, var uid]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            && value <= DateTime.MaxValue.Ticks
            ? new Key(new DateTimeOffset(value, TimeSpan.Zero), uid)
            : throw TeleportException.Invalid($"\"{key}\" is no key of a page of this log. Begin the search anew.");
    }

    private readonly record struct Found(Key Key, AuditRecord Record);

    /// <summary>The place of an event in the order of all.</summary>
    internal readonly record struct Key(DateTimeOffset Time, string Uid)
    {
        public static int Compare(Key left, Key right)
        {
            int order = left.Time.CompareTo(right.Time);
            return order != 0 ? order : string.CompareOrdinal(left.Uid, right.Uid);
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time.UtcTicks}/{Uid}");
    }
}
