using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Teleport.Proxy.Routing;

/// <summary>A network, as <c>10.0.0.0/8</c>, or a single address. An IPv4 address inside an IPv6 one counts as itself.</summary>
internal readonly record struct NetworkRange
{
    private readonly IPNetwork _network;

    private NetworkRange(IPNetwork network) => _network = network;

    public static bool TryParse(string text, out NetworkRange range)
    {
        range = default;
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out IPAddress? address) || !IsPlain(parts[0], address))
        {
            return false;
        }

        int widest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        int bits = widest;
        if (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > widest))
        {
            return false;
        }

        if (!IPNetwork.TryParse(string.Create(CultureInfo.InvariantCulture, $"{Masked(address, bits)}/{bits}"), out IPNetwork network))
        {
            return false;
        }

        range = new NetworkRange(network);
        return true;
    }

    public bool Contains(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == _network.BaseAddress.AddressFamily && _network.Contains(plain);
    }

    /// <summary>Whether another range lies inside this one.</summary>
    public bool Contains(NetworkRange other) => other._network.PrefixLength >= _network.PrefixLength && Contains(other._network.BaseAddress);

    public override string ToString() => _network.ToString();

    // "127.1" and "0x7f000001" are addresses to the parser, and mistakes in a list of who is trusted.
    private static bool IsPlain(string text, [NotNullWhen(true)] IPAddress? address) =>
        address is { IsIPv4MappedToIPv6: false }
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || text == address.ToString())
        && !text.Contains('%', StringComparison.Ordinal);

    private static IPAddress Masked(IPAddress address, int bits)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int keep = Math.Clamp(bits - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - keep));
        }

        return new IPAddress(bytes);
    }
}
