using System.Text.Json;
using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Plugins;

/// <summary>Reads manifests, believing nothing: what they name must be a plain file of their own folder.</summary>
internal static class ManifestReader
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxParts = 64;

    /// <summary>Reads the manifest of a folder.</summary>
    /// <exception cref="PluginException">It is not to be trusted, is no manifest, or is for another version.</exception>
    public static PluginManifest Read(string folder)
    {
        RequirePlain(new DirectoryInfo(folder), "the folder");
        var file = new FileInfo(Path.Combine(folder, PluginManifest.FileName));
        RequirePlain(file, PluginManifest.FileName);
        if (file.Length > MaxBytes)
        {
            throw new PluginException($"{PluginManifest.FileName} has {file.Length} bytes; at most {MaxBytes} are read");
        }

        PluginManifest manifest;
        try
        {
            manifest = PluginManifest.Parse(File.ReadAllBytes(file.FullName));
        }
        catch (JsonException e)
        {
            throw new PluginException($"{PluginManifest.FileName} is no manifest: {e.Message.TrimEnd('.')}; build the plugin again", e);
        }

        RequireSound(manifest);
        RequireVersion(manifest);
        string assembly = Path.Combine(folder, manifest.Assembly);
        if (!File.Exists(assembly))
        {
            throw new PluginException($"its manifest names {manifest.Assembly}, which is not there; install the plugin again");
        }

        RequirePlain(new FileInfo(assembly), manifest.Assembly);
        return manifest;
    }

    private static void RequireSound(PluginManifest manifest)
    {
        bool plainName = manifest.Assembly.EndsWith(".dll", StringComparison.Ordinal)
            && manifest.Assembly.Length <= 128
            && !manifest.Assembly.StartsWith('.')
            && manifest.Assembly.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        if (!plainName)
        {
            throw new PluginException($"its manifest names the assembly \"{manifest.Assembly}\", which is no plain file name");
        }

        if (manifest.Id.Length is 0 or > 128 || !manifest.Id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw new PluginException("its manifest has no good id: letters, digits and . _ - are allowed");
        }

        if (manifest.Provides.Count is 0 or > MaxParts || manifest.Provides.Any(static p => p.Name.Length is 0 or > 64))
        {
            throw new PluginException($"its manifest provides nothing, more than {MaxParts} parts, or parts without a good name");
        }

        if (manifest.Provides.Any(static p => p.Kind == PluginPartKind.ServiceRole && string.IsNullOrEmpty(p.Section)))
        {
            throw new PluginException("its manifest names a service role without a section");
        }
    }

    private static void RequireVersion(PluginManifest manifest)
    {
        Version present = PluginManifest.PresentAbstractions;
        if (!Version.TryParse(manifest.AbstractionsVersion, out Version? builtFor))
        {
            throw new PluginException($"its manifest has the version of Abstractions \"{manifest.AbstractionsVersion}\", which is none");
        }

        if (builtFor.Major != present.Major)
        {
            throw new PluginException(
                $"it was built for version {manifest.AbstractionsVersion} of Teleport.Abstractions, and this host has {present.ToString(3)}; "
                + $"install a build of the plugin for version {present.Major}.x");
        }
    }

    private static void RequirePlain(FileSystemInfo entry, string what)
    {
        if (!entry.Exists)
        {
            throw new PluginException($"{what} is not there");
        }

        if (entry.LinkTarget is not null)
        {
            throw new PluginException($"{what} is a link; put the files themselves into the plugins folder");
        }
    }
}
