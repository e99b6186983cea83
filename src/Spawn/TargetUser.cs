using System.Globalization;
using System.Text;

namespace Teleport.Spawn;

/// <summary>Gives up everything that the node may and the user may not.</summary>
internal static unsafe class TargetUser
{
    /// <summary>What most programs expect; the runtime of the node raised its own limit to the hard one.</summary>
    private const ulong SoftDescriptorLimit = 1024;

    private const uint OwnerWritesOnly = 0x12; // 022

    public static void Become(SpawnRequest request)
    {
        JoinCgroup(request.Cgroup);
        LowerDescriptorLimit();
        _ = LibC.umask(OwnerWritesOnly);

        if (LibC.geteuid() == 0)
        {
            Launch.OpenOwnProgram(request);
            Change(request);
        }
        else if (LibC.geteuid() != request.UserId || LibC.getuid() != request.UserId)
        {
            throw new SpawnException(
                $"cannot become {request.UserName}: the node runs without root and serves its own user only. Run it as root to allow other logins");
        }

        EnsureIrreversible(request);
    }

    private static void Change(SpawnRequest request)
    {
        // For the audit subsystem: which user all that follows is to be put down to. Containers and kernels without it refuse; that is no fault.
        TryWriteFile("/proc/self/loginuid", request.UserId.ToString(CultureInfo.InvariantCulture));

        if (LibC.prctl(LibC.PR_CAP_AMBIENT, LibC.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        {
            throw SpawnException.Of("cannot drop ambient capabilities");
        }

        // Groups first: once the user is another, groups cannot be changed any more.
        if (LibC.initgroups(request.UserName, request.GroupId) != 0)
        {
            throw SpawnException.Of($"cannot take the groups of {request.UserName}");
        }

        if (LibC.setresgid(request.GroupId, request.GroupId, request.GroupId) != 0)
        {
            throw SpawnException.Of($"cannot take the group {request.GroupId}");
        }

        if (LibC.setresuid(request.UserId, request.UserId, request.UserId) != 0)
        {
            throw SpawnException.Of($"cannot become {request.UserName}");
        }
    }

    /// <summary>Believes what the system says now, not that the calls returned zero.</summary>
    private static void EnsureIrreversible(SpawnRequest request)
    {
        uint real, effective, saved;
        if (LibC.getresuid(&real, &effective, &saved) != 0
            || real != request.UserId || effective != request.UserId || saved != request.UserId)
        {
            throw new SpawnException($"is not {request.UserName} after all");
        }

        if (request.UserId == 0)
        {
            return;
        }

        if (LibC.getresgid(&real, &effective, &saved) != 0 || (real | effective | saved) == 0 && request.GroupId != 0)
        {
            throw new SpawnException("kept the group of root");
        }

        if (LibC.setuid(0) == 0 || LibC.seteuid(0) == 0)
        {
            throw new SpawnException("could become root again");
        }
    }

    private static void JoinCgroup(string folder)
    {
        if (folder.Length > 0 && !TryWriteFile(folder + "/cgroup.procs", "0"))
        {
            throw SpawnException.Of($"cannot join the cgroup {folder}");
        }
    }

    private static void LowerDescriptorLimit()
    {
        ResourceLimit limit;
        if (LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit) == 0 && limit.Soft > SoftDescriptorLimit)
        {
            limit.Soft = SoftDescriptorLimit;
            // Lowering a soft limit cannot fail; if it did, the user would merely have more.
            _ = LibC.setrlimit(LibC.RLIMIT_NOFILE, &limit);
        }
    }

    private static bool TryWriteFile(string path, string text)
    {
        int descriptor = LibC.open(path, LibC.O_WRONLY | LibC.O_CLOEXEC);
        if (descriptor < 0)
        {
            return false;
        }

        byte[] bytes = Encoding.ASCII.GetBytes(text);
        bool written;
        fixed (byte* pointer = bytes)
        {
            written = LibC.write(descriptor, pointer, (nuint)bytes.Length) == bytes.Length;
        }

        _ = LibC.close(descriptor);
        return written;
    }
}
