using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Teleport.Node;

/// <summary>Guesses by which address others reach this host, when it listens on all and nobody has said.</summary>
internal static class OwnAddress
{
    /// <summary>The first address of an interface that is up, IPv4 preferred; loopback if there is no other.</summary>
    public static IPAddress Guess() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
        .Select(static unicast => unicast.Address)
        .Where(static address => !address.IsIPv6LinkLocal && !IPAddress.IsLoopback(address))
        .OrderBy(static address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
        .FirstOrDefault() ?? IPAddress.Loopback;
}
