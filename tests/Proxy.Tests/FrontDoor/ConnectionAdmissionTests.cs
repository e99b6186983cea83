using System.Net;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy.Tests.FrontDoor;

public sealed class ConnectionAdmissionTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("203.0.113.7");
    private static readonly IPAddress Friend = IPAddress.Parse("198.51.100.1");

    private readonly List<int> _aborted = [];
    private int _next;

    [Fact]
    public void TryAdmit_TooManyHandshakesOfAnAddress_TheOldestMakesRoom()
    {
        var admission = new ConnectionAdmission(new AdmissionLimits { MaxConnections = 100, MaxHandshakesPerAddress = 3 });

        for (int i = 0; i < 5; i++)
        {
            Assert.NotNull(Admit(admission, Attacker));
        }

        Assert.NotNull(Admit(admission, Friend));
        Assert.Equal([0, 1], _aborted);
        Assert.Equal(4, admission.Count);
    }

    [Fact]
    public void TryAdmit_AddressesOfOneIPv6Customer_CountTogether()
    {
        var admission = new ConnectionAdmission(new AdmissionLimits { MaxConnections = 100, MaxHandshakesPerAddress = 1 });

        Admit(admission, IPAddress.Parse("2001:db8::1"));
        Admit(admission, IPAddress.Parse("2001:db8::ffff:2"));
        Admit(admission, IPAddress.Parse("2001:db8:0:1::1"));

        Assert.Equal([0], _aborted);
    }

    [Fact]
    public void TryAdmit_Full_EvictsTheLeastProvenAndThenRefuses()
    {
        var admission = new ConnectionAdmission(new AdmissionLimits { MaxConnections = 3 });
        AdmissionTicket proven = Admit(admission, Friend)!;
        proven.Promote(AdmissionStage.Authenticated);
        Admit(admission, Friend)!.Promote(AdmissionStage.Anonymous);
        Admit(admission, Attacker);

        Admit(admission, Friend)!.Promote(AdmissionStage.Authenticated);
        Admit(admission, Friend)!.Promote(AdmissionStage.Authenticated);

        Assert.Equal([2, 1], _aborted);
        Assert.Null(Admit(admission, Friend));
        proven.Dispose();
        Assert.NotNull(Admit(admission, Friend));
    }

    [Fact]
    public void Dispose_OfAnEvictedTicket_GivesNothingBackTwice()
    {
        var admission = new ConnectionAdmission(new AdmissionLimits { MaxConnections = 10, MaxHandshakesPerAddress = 1 });
        AdmissionTicket first = Admit(admission, Attacker)!;
        AdmissionTicket second = Admit(admission, Attacker)!;

        first.Dispose();
        Assert.Equal(1, admission.Count);
        second.Dispose();
        second.Dispose();
        Assert.Equal(0, admission.Count);
    }

    [Fact]
    public void Relocate_TrueClientBehindALoadBalancer_CountsForItself()
    {
        var admission = new ConnectionAdmission(new AdmissionLimits { MaxConnections = 10, MaxHandshakesPerAddress = 1 });
        Admit(admission, Friend)!.Relocate(Attacker);
        Admit(admission, Friend);
        Assert.Empty(_aborted);

        Admit(admission, Attacker);
        Assert.Equal([0], _aborted);
    }

    private AdmissionTicket? Admit(ConnectionAdmission admission, IPAddress address)
    {
        int number = _next++;
        return admission.TryAdmit(address, () => _aborted.Add(number));
    }
}
