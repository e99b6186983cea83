using System.Globalization;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>Size of a terminal in characters and pixels, as a client asked for it.</summary>
internal readonly record struct TerminalSize(uint Columns, uint Rows, uint WidthPixels, uint HeightPixels)
{
    /// <summary>Larger sizes are somebody's joke; programs allocate by them.</summary>
    private const uint Max = 4096;

    /// <summary>Columns that the terminal gets.</summary>
    public int UsedColumns => (int)Math.Min(Columns, Max);

    /// <summary>Rows that the terminal gets.</summary>
    public int UsedRows => (int)Math.Min(Rows, Max);

    /// <summary>As audit events write it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{UsedColumns}:{UsedRows}");

    public WindowSize ToNative() => new()
    {
        Rows = (ushort)UsedRows,
        Columns = (ushort)UsedColumns,
        WidthPixels = (ushort)Math.Min(WidthPixels, ushort.MaxValue),
        HeightPixels = (ushort)Math.Min(HeightPixels, ushort.MaxValue),
    };
}
