using System.Runtime.InteropServices;
using System.Text;

namespace Teleport.Spawn;

/// <summary>Becomes the program, by now as the user.</summary>
internal static unsafe class Launch
{
    private static int _ownProgram = -1;

    /// <summary>Opens a program of ours while its folder is still open to us.</summary>
    public static void OpenOwnProgram(SpawnRequest request)
    {
        if (request.IsOwnProgram)
        {
            _ownProgram = LibC.open(request.Executable, LibC.O_PATH | LibC.O_CLOEXEC);
            if (_ownProgram < 0)
            {
                throw SpawnException.Of($"cannot open {request.Executable}");
            }
        }
    }

    public static void Execute(SpawnRequest request)
    {
        EnterHome(request);
        UserEnvironment.AddFromFile(request);
        Welcome.Show(request);
        byte** arguments = NativeList(request.Arguments);
        byte** environment = NativeList(request.Environment);
        Signals.Reset();
        if (_ownProgram >= 0)
        {
            _ = LibC.execveat(_ownProgram, "", arguments, environment, LibC.AT_EMPTY_PATH);
            // A script, as where our programs are not native, needs its path.
        }

        _ = LibC.execve(request.Executable, arguments, environment);
        throw SpawnException.Of($"cannot run {request.Executable}");
    }

    private static void EnterHome(SpawnRequest request)
    {
        if (LibC.chdir(request.Home) == 0)
        {
            return;
        }

        string why = SpawnException.Of($"Could not enter the home folder {request.Home}").Message;
        Descriptors.Write(2, Encoding.UTF8.GetBytes(why + (request.HasTerminal ? "\r\n" : "\n")));
        if (LibC.chdir("/") != 0)
        {
            throw SpawnException.Of("cannot enter /");
        }
    }

    // Never freed: the process becomes another or ends.
    private static byte** NativeList(List<string> texts)
    {
        byte** list = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
        {
            list[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return list;
    }
}
