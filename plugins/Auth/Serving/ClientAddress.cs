using System.Net;

namespace Teleport.Auth.Serving;

/// <summary>Addresses without ports, as limits and certificates name them.</summary>
internal static class ClientAddress
{
    /// <summary>The address as text; an IPv4 address mapped into IPv6 is the IPv4 address.</summary>
    public static string Of(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    /// <summary>The address of <c>host:port</c> or of an address alone; the text itself when it is neither.</summary>
    public static string Of(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? Of(address)
        : IPEndPoint.TryParse(text, out IPEndPoint? endPoint) ? Of(endPoint.Address)
        : text;

    public static bool IsLoopback(string text) => IPAddress.TryParse(Of(text), out IPAddress? address) && IPAddress.IsLoopback(address);
}
