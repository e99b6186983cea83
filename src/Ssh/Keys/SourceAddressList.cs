using System.Net;

namespace Teleport.Ssh.Keys;

/// <summary>The value of the critical option source-address: addresses and networks from which a certificate may be used.</summary>
public sealed class SourceAddressList
{
    private const int MaxNetworks = 256;

    private readonly IPNetwork[] _networks;

    private SourceAddressList(IPNetwork[] networks) => _networks = networks;

    /// <summary>Reads a list such as "192.0.2.1,2001:db8::/32".</summary>
    /// <param name="text">Addresses and networks separated by commas, without blanks.</param>
    /// <exception cref="SshProtocolException">The list is empty, or one of its items is malformed: the certificate has to be refused.</exception>
    public static SourceAddressList Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] items = text.Split(',', MaxNetworks + 1);
        if (items.Length > MaxNetworks)
            throw new SshProtocolException($"A list of source addresses has more than {MaxNetworks} items.");

        return new SourceAddressList(Array.ConvertAll(items, ParseItem));
    }

    /// <summary>Whether an address is in the list. An IPv4 address counts as itself also when it is mapped into IPv6.</summary>
    /// <param name="address">The address of the peer.</param>
    public bool Contains(IPAddress address)
    {
        IPAddress plain = Unmap(address);
        return _networks.Any(network => network.Contains(plain));
    }

    private static IPNetwork ParseItem(string item)
    {
        int slash = item.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? item : item[..slash];

        // The base library also takes 1, 0x7f.1 and scoped addresses; OpenSSH does not.
        if (!IPAddress.TryParse(host, out IPAddress? address) || host.Contains('%', StringComparison.Ordinal) || host.StartsWith('[')
            || (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && address.ToString() != host))
            throw Malformed(item);

        int bits = address.GetAddressBytes().Length * 8;
        int length = bits;
        if (slash >= 0 && !(int.TryParse(item.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out length) && length <= bits))
            throw Malformed(item);

        if (address.IsIPv4MappedToIPv6 && length >= 96)
            (address, length) = (address.MapToIPv4(), length - 96);

        // Bits behind the prefix are a typing mistake; which network was meant cannot be known.
        IPNetwork network = new(address, length);
        return network.BaseAddress.Equals(address) ? network : throw Malformed(item);
    }

    private static IPAddress Unmap(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static SshProtocolException Malformed(string item) =>
        new($"'{TextForPeople.Clean(item)}' in a list of source addresses is neither an address nor a network like 192.0.2.0/24.");
}
