using System.Net;

namespace Teleport.Proxy.FrontDoor;

/// <summary>How far a connection got.</summary>
internal enum AdmissionStage
{
    /// <summary>It has yet to say what it wants, or to prove who it is.</summary>
    Handshake,

    /// <summary>It speaks its protocol, but anybody may: a browser, a relayed connection.</summary>
    Anonymous,

    /// <summary>Its holder proved who they are.</summary>
    Authenticated,
}

/// <summary>Bounds the connections of a listener. Safe for use by several threads.</summary>
/// <remarks>
/// When there are too many, the oldest one of the least proven stage makes room. So a flood of silent connections crowds out itself,
/// and not the user who comes later and needs but a moment to log in, even from the same address.
/// </remarks>
internal sealed class ConnectionAdmission(AdmissionLimits limits)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<AdmissionTicket> _handshakes = [];
    private readonly LinkedList<AdmissionTicket> _anonymous = [];
    private readonly Dictionary<ClientNetwork, LinkedList<AdmissionTicket>> _handshakesOf = [];
    private int _count;

    /// <summary>Connections at present.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Lets a connection in; <c>null</c>: there is no room, and nobody to make any.</summary>
    /// <param name="client">Where it comes from.</param>
    /// <param name="abort">Ends it when it must make room. Called once at most, on any thread.</param>
    public AdmissionTicket? TryAdmit(IPAddress client, Action abort)
    {
        AdmissionTicket? evicted = null;
        var ticket = new AdmissionTicket(this, new ClientNetwork(client), abort);
        lock (_gate)
        {
            if (_count >= limits.MaxConnections)
            {
                evicted = _handshakes.First?.Value ?? _anonymous.First?.Value;
                if (evicted is null)
                {
                    return null;
                }
            }
            else
            {
                evicted = Surplus(ticket.Network);
            }

            if (evicted is not null)
            {
                RemoveCore(evicted);
            }

            AddHandshake(ticket);
            _count++;
        }

        evicted?.Abort();
        return ticket;
    }

    internal void Relocate(AdmissionTicket ticket, ClientNetwork network)
    {
        AdmissionTicket? evicted = null;
        lock (_gate)
        {
            if (ticket.IsOut || ticket.Stage != AdmissionStage.Handshake)
            {
                return;
            }

            RemoveHandshake(ticket);
            ticket.Network = network;
            evicted = Surplus(network);
            if (evicted is not null)
            {
                RemoveCore(evicted);
            }

            AddHandshake(ticket);
        }

        evicted?.Abort();
    }

    internal void Promote(AdmissionTicket ticket, AdmissionStage stage)
    {
        lock (_gate)
        {
            if (ticket.IsOut || stage <= ticket.Stage)
            {
                return;
            }

            Unlist(ticket);
            ticket.Stage = stage;
            if (stage == AdmissionStage.Anonymous)
            {
                ticket.Place = _anonymous.AddLast(ticket);
            }
        }
    }

    internal void Remove(AdmissionTicket ticket)
    {
        lock (_gate)
        {
            RemoveCore(ticket);
        }
    }

    private AdmissionTicket? Surplus(ClientNetwork network) =>
        _handshakesOf.TryGetValue(network, out LinkedList<AdmissionTicket>? own) && own.Count >= limits.MaxHandshakesPerAddress
            ? own.First!.Value
            : _handshakes.Count >= limits.MaxHandshakes ? _handshakes.First!.Value : null;

    private void RemoveCore(AdmissionTicket ticket)
    {
        if (!ticket.IsOut)
        {
            ticket.IsOut = true;
            _count--;
            Unlist(ticket);
        }
    }

    private void Unlist(AdmissionTicket ticket)
    {
        if (ticket.Stage == AdmissionStage.Handshake)
        {
            RemoveHandshake(ticket);
        }
        else if (ticket.Stage == AdmissionStage.Anonymous)
        {
            _anonymous.Remove(ticket.Place!);
        }
    }

    private void AddHandshake(AdmissionTicket ticket)
    {
        ticket.Place = _handshakes.AddLast(ticket);
        if (!_handshakesOf.TryGetValue(ticket.Network, out LinkedList<AdmissionTicket>? own))
        {
            _handshakesOf.Add(ticket.Network, own = []);
        }

        ticket.PlaceOfNetwork = own.AddLast(ticket);
    }

    private void RemoveHandshake(AdmissionTicket ticket)
    {
        _handshakes.Remove(ticket.Place!);
        LinkedList<AdmissionTicket> own = _handshakesOf[ticket.Network];
        own.Remove(ticket.PlaceOfNetwork!);
        if (own.Count == 0)
        {
            _handshakesOf.Remove(ticket.Network);
        }
    }
}
