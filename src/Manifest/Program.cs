using Teleport.Manifest;

// Usage: Teleport.Manifest ASSEMBLY OUTPUT VERSION REFERENCES
// REFERENCES is a file with the path of a referenced assembly on each line.
if (args.Length != 4)
{
    Console.Error.WriteLine("error : expected ASSEMBLY OUTPUT VERSION REFERENCES");
    return 1;
}

try
{
    ManifestWriter.Write(assembly: args[0], output: args[1], version: args[2], references: File.ReadAllLines(args[3]));
    return 0;
}
catch (ManifestException e)
{
    // The form that MSBuild recognises as an error.
    Console.Error.WriteLine($"{args[0]} : error TPM001: {e.Message}");
    return 1;
}
