using Teleport.Bench.Sessions;

// Usage: bench-sessions DIST [ROUNDS]   DIST holds teleport, tctl and tsh as ./build.sh made them.
if (args.Length is < 1 or > 2 || !File.Exists(Path.Combine(args[0], "teleport")))
{
    Console.Error.WriteLine("usage: bench-sessions DIST [ROUNDS]   (run ./build.sh first; DIST is the folder that it made)");
    return 1;
}

int rounds = args.Length == 2 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 20;
using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(15));
string root = Directory.CreateTempSubdirectory("teleport-bench-").FullName;
try
{
    await using OpenSshPeer jump = await OpenSshPeer.StartAsync(Path.Combine(root, "openssh"), stop.Token);
    await using TeleportPeer ours = await TeleportPeer.StartAsync(Path.GetFullPath(args[0]), Path.Combine(root, "teleport"), stop.Token);
    await new Measurements(jump, ours, rounds).RunAsync(stop.Token);
    return 0;
}
finally
{
    Directory.Delete(root, recursive: true);
}
