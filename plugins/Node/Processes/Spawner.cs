using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Teleport.Node.Native;

namespace Teleport.Node.Processes;

/// <summary>Starts programs as other users by way of the helper <c>teleport-spawn</c>; the runtime itself is never forked.</summary>
internal sealed class Spawner
{
    private const int EventsNumber = 3;
    private const int ControlNumber = 4;

    // glibc: 336 and 80 bytes; musl: 336 and 80.
    private const int AttributeBytes = 512;
    private const int ActionBytes = 256;
    private const int SignalSetBytes = 128;

    private readonly DescriptorLoop _loop;
    private readonly string _helper;
    private readonly string[] _helperEnvironment;

    public Spawner(DescriptorLoop loop, string helper)
    {
        (_loop, _helper) = (loop, helper);
        _helperEnvironment = HelperEnvironment();
    }

    /// <summary>Starts a program; it begins to run once the request has been sent.</summary>
    /// <exception cref="IOException">The helper cannot be started.</exception>
    public SpawnedProcess Start(ProcessStart start)
    {
        var theirs = new List<SafeFileHandle>(5);
        var ours = new List<Descriptor>(5);
        try
        {
            Descriptor? input = null, output = null, errors = null, events = null;
            if (start.Terminal is not { } terminal)
            {
                input = Take(SpawnDescriptors.ToProgram(_loop));
                output = Take(SpawnDescriptors.FromProgram(_loop));
                errors = Take(SpawnDescriptors.FromProgram(_loop));
            }
            else
            {
                theirs.AddRange([terminal.Terminal, terminal.Terminal, terminal.Terminal]);
            }

            Descriptor control = Take(SpawnDescriptors.Control(_loop));
            if (start.IsOwnProgram)
            {
                events = Take(SpawnDescriptors.FromProgram(_loop));
            }

            ChildProcess process = ChildProcess.Of(Spawn(theirs), _loop);
            return new SpawnedProcess(process, control) { Input = input, Output = output, Errors = errors, Events = events };
        }
        catch
        {
            ours.ForEach(static descriptor => descriptor.Dispose());
            throw;
        }
        finally
        {
            theirs.ForEach(static handle => handle.Dispose());
        }

        Descriptor Take((Descriptor Ours, SafeFileHandle Theirs) pair)
        {
            ours.Add(pair.Ours);
            theirs.Add(pair.Theirs);
            return pair.Ours;
        }
    }

    /// <summary>Has the helper do one thing with a Unix socket as a user, and ends it.</summary>
    /// <returns>The socket, for the modes that have one; whoever calls disposes it.</returns>
    /// <exception cref="IOException">It did not work; the message is for the user.</exception>
    public async Task<SafeFileHandle?> SocketAsync(LocalUser user, SpawnMode mode, string path)
    {
        using SpawnedProcess helper = Start(new ProcessStart { User = user, Executable = "", Arguments = [], Environment = [] });
        try
        {
            byte[] request = SpawnRequest.OfSocket(user, mode, path);
            if (mode == SpawnMode.Unlink)
            {
                return await helper.StartAsync(request) is { } failure ? throw new IOException(failure) : null;
            }

            (SafeFileHandle? received, string? error) = await helper.ReceiveAsync(request);
            return received ?? throw new IOException(error);
        }
        finally
        {
            await helper.Process.Exited;
        }
    }

    /// <summary>What the helper needs when it is not native, and nothing else of ours.</summary>
    private static string[] HelperEnvironment()
    {
        var environment = new List<string>
        {
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            // Its diagnostics socket would stay behind in /tmp, as it ends by becoming something else.
            "DOTNET_EnableDiagnostics=0",
            "DOTNET_TieredPGO=0",
        };
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
        {
            environment.Add("DOTNET_ROOT=" + root);
        }

        return [.. environment];
    }

    private unsafe int Spawn(List<SafeFileHandle> descriptors)
    {
        byte* attributes = stackalloc byte[AttributeBytes];
        byte* actions = stackalloc byte[ActionBytes];
        byte* signals = stackalloc byte[SignalSetBytes];
        byte** arguments = NativeList([_helper]);
        byte** environment = NativeList(_helperEnvironment);
        Check(LibC.posix_spawnattr_init(attributes));
        Check(LibC.posix_spawn_file_actions_init(actions));
        try
        {
            Check(LibC.posix_spawnattr_setflags(
                attributes, (short)(LibC.POSIX_SPAWN_SETSIGDEF | LibC.POSIX_SPAWN_SETSIGMASK | LibC.POSIX_SPAWN_SETSID)));
            new Span<byte>(signals, SignalSetBytes).Clear();
            Check(LibC.posix_spawnattr_setsigmask(attributes, signals));
            new Span<byte>(signals, SignalSetBytes).Fill(0xFF);
            Check(LibC.posix_spawnattr_setsigdefault(attributes, signals));

            // 0, 1, 2, control, and perhaps events.
            for (int i = 0; i < descriptors.Count; i++)
            {
                int number = i switch { 3 => ControlNumber, 4 => EventsNumber, _ => i };
                Check(LibC.posix_spawn_file_actions_adddup2(actions, (int)descriptors[i].DangerousGetHandle(), number));
            }

            int pid;
            Check(LibC.posix_spawn(&pid, _helper, actions, attributes, arguments, environment));
            return pid;
        }
        finally
        {
            _ = LibC.posix_spawn_file_actions_destroy(actions);
            _ = LibC.posix_spawnattr_destroy(attributes);
            Free(arguments);
            Free(environment);
        }
    }

    private void Check(int error)
    {
        if (error != 0)
        {
            throw NativeError.Of($"Cannot start {_helper}", error);
        }
    }

    private static unsafe byte** NativeList(ReadOnlySpan<string> texts)
    {
        byte** list = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Length; i++)
        {
            list[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return list;
    }

    private static unsafe void Free(byte** list)
    {
        for (byte** text = list; *text is not null; text++)
        {
            Marshal.FreeCoTaskMem((nint)(*text));
        }

        NativeMemory.Free(list);
    }
}
