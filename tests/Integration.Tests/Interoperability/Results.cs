using System.Globalization;
using System.Text;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>What was run with whom; written as the table of docs/interoperability.md when a class of tests is over.</summary>
public sealed class Results : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly SortedDictionary<(string Direction, int Order, string Row, string Peer), string> Cells = [];

    public static void Add(string direction, int order, string row, string peer, string result)
    {
        lock (Gate)
            Cells[(direction, order, row, peer)] = result;
    }

    public void Dispose()
    {
        lock (Gate)
            File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "interoperability.md"), Render());
    }

    private static string Render()
    {
        StringBuilder text = new();
        foreach (var direction in Cells.GroupBy(cell => cell.Key.Direction))
        {
            string[] peers = [.. direction.Select(cell => cell.Key.Peer).Distinct()];
            text.Append(CultureInfo.InvariantCulture, $"### {direction.Key}\n\n| | {string.Join(" | ", peers)} |\n|---|{string.Concat(peers.Select(_ => "---|"))}\n");
            foreach (var row in direction.GroupBy(cell => (cell.Key.Order, cell.Key.Row)))
            {
                IEnumerable<string> results = peers.Select(peer => row.FirstOrDefault(cell => cell.Key.Peer == peer).Value ?? "not run");
                text.Append(CultureInfo.InvariantCulture, $"| {row.Key.Row} | {string.Join(" | ", results)} |\n");
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
