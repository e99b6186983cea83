using System.Globalization;
using Teleport.Bench.Gateway;

// DIST holds teleport, tctl and tsh as ./build.sh made them.
if (args.Length == 0 || !File.Exists(Path.Combine(args[0], "teleport")))
{
    Console.Error.WriteLine($"usage: bench-gateway DIST [ROUNDS] [{string.Join('|', Suite.Names)} ...]   (run ./build.sh first; DIST is the folder that it made)");
    return 1;
}

int rounds = args.Length > 1 && int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out int wished) ? wished : 20;
string[] wanted = [.. args[1..].Where(static name => !char.IsAsciiDigit(name[0]))];
if (wanted.FirstOrDefault(static name => !Suite.Names.Contains(name)) is { } unknown)
{
    Console.Error.WriteLine($"error: there is no measurement {unknown}; there are: {string.Join(", ", Suite.Names)}");
    return 1;
}

using var stop = new CancellationTokenSource(TimeSpan.FromHours(1));
string root = Directory.CreateTempSubdirectory("teleport-bench-").FullName;
try
{
    await new Suite(Path.GetFullPath(args[0]), root, rounds).RunAsync(wanted.Length == 0 ? Suite.Names : wanted, stop.Token);
    return 0;
}
finally
{
    Directory.Delete(root, recursive: true);
}
