using System.Text;
using Teleport.Client.Profiles;

namespace Teleport.Client.Output;

/// <summary>A table of text: a header, a line of dashes, and rows whose cells may have several lines.</summary>
public sealed class Table(params string[] header)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; a line end in a cell begins a new line below it. Control characters are left out.</summary>
    public void Add(params string[] cells)
    {
        string[][] lines = [.. cells.Select(static cell => cell.Split('\n').Select(Names.Printable).ToArray())];
        for (int line = 0; line < lines.Max(static cell => cell.Length); line++)
        {
            int index = line;
            _rows.Add([.. lines.Select(cell => index < cell.Length ? cell[index] : "")]);
        }
    }

    /// <summary>The table, without blanks at the ends of lines.</summary>
    public override string ToString()
    {
        int[] widths = [.. header.Select((title, column) => _rows.Select(row => row[column].Length).Append(title.Length).Max())];
        var text = new StringBuilder();
        foreach (string[] row in _rows.Prepend([.. widths.Select(static width => new string('-', width))]).Prepend(header))
        {
            text.AppendJoin(' ', row.Select((cell, column) => cell.PadRight(widths[column])));
            while (text.Length > 0 && text[^1] == ' ')
            {
                text.Length--;
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
