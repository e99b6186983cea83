using System.Net;

namespace Teleport.Proxy.Routing;

/// <summary>Decides which SSH servers outside the inventory may be dialled. Judges addresses, not only names: a name can point anywhere.</summary>
internal sealed class UnregisteredTargets
{
    // What only somebody inside the proxy's own machine or network segment can reach: loopback, link-local (cloud metadata),
    // "this host", multicast and broadcast.
    private static readonly NetworkRange[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "100.100.100.200", "192.0.0.0/24",
            "::/127", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254", "64:ff9b::/96", "2002::/16",
        }.Select(static text => NetworkRange.TryParse(text, out NetworkRange range) ? range : throw new FormatException(text)),
    ];

    private readonly AllowedTarget[] _targets;

    public UnregisteredTargets(IEnumerable<string> entries) =>
        _targets = [.. entries.Select(static e => AllowedTarget.TryParse(e, out AllowedTarget? t, out string? mistake) ? t : throw new FormatException(mistake))];

    /// <summary>Whether any target is allowed at all.</summary>
    public bool IsEmpty => _targets.Length == 0;

    /// <summary>Whether it is worth looking up a name: otherwise its resolver could be made to ask for anything.</summary>
    public bool MayLookUp(string host, int port) =>
        _targets.Any(t => t.Port == port && (t.Range is not null || string.Equals(t.Host, host, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether an address that a name stands for may be dialled.</summary>
    public bool Allows(string host, IPAddress address, int port)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        NetworkRange? special = SpecialRangeOf(plain);
        foreach (AllowedTarget target in _targets)
        {
            if (target.Port != port)
            {
                continue;
            }

            if (target.Range is { } range)
            {
                // 0.0.0.0/0 is no wish to open the loopback: a special address must be listed as such.
                if (range.Contains(plain) && (special is null || special.Value.Contains(range)))
                {
                    return true;
                }
            }
            else if (special is null && string.Equals(target.Host, host, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static NetworkRange? SpecialRangeOf(IPAddress address)
    {
        int index = Array.FindIndex(Special, range => range.Contains(address));
        return index < 0 ? null : Special[index];
    }
}
