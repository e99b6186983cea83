using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Teleport.Proxy.FrontDoor;

/// <summary>Whom limits by address count together: an IPv4 address, or the /64 network of an IPv6 address, all of which one customer has.</summary>
internal readonly record struct ClientNetwork
{
    public ClientNetwork(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        byte[] bytes = plain.GetAddressBytes();
        IsIPv6 = plain.AddressFamily == AddressFamily.InterNetworkV6;
        Prefix = IsIPv6 ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    public bool IsIPv6 { get; }

    /// <summary>The address, or its first half.</summary>
    public ulong Prefix { get; }
}
