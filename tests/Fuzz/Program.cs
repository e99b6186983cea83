using SharpFuzz;
using Teleport.Fuzz;

// The command line of README.md.
switch (args)
{
    case ["list"]:
        foreach (IFuzzTarget target in FuzzTargets.All)
            Console.WriteLine(target.Name);
        return 0;

    case ["seeds", var folder]:
        foreach (IFuzzTarget target in FuzzTargets.All)
            WriteSeeds(target, Path.Combine(folder, target.Name));
        return 0;

    case ["run", var name, var seconds]:
        long count = FuzzRun.RunFor(FuzzTargets.Get(name), seed: Environment.TickCount, TimeSpan.FromSeconds(int.Parse(seconds, null)));
        Console.WriteLine($"{name}: {count} inputs, none of which was one too many.");
        return 0;

    case ["replay", var name, .. var files]:
        foreach (string file in files)
            FuzzRun.RunOne(FuzzTargets.Get(name), File.ReadAllBytes(file));
        return 0;

    case ["libfuzzer", var name, ..]:
        IFuzzTarget fuzzed = FuzzTargets.Get(name);
        Fuzzer.LibFuzzer.Run(input => fuzzed.Run(input));
        return 0;

    default:
        Console.Error.WriteLine("usage: list | seeds FOLDER | run TARGET SECONDS | replay TARGET FILE... | libfuzzer TARGET");
        return 1;
}

static void WriteSeeds(IFuzzTarget target, string folder)
{
    Directory.CreateDirectory(folder);
    int number = 0;
    foreach (byte[] seed in target.Seeds)
        File.WriteAllBytes(Path.Combine(folder, $"{number++:00}"), seed);
}
