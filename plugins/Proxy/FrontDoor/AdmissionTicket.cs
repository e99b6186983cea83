using System.Net;

namespace Teleport.Proxy.FrontDoor;

/// <summary>A connection's place among those that a listener holds. Disposing it gives the place back.</summary>
internal sealed class AdmissionTicket(ConnectionAdmission admission, ClientNetwork network, Action abort) : IDisposable
{
    // The rest belongs to the admission and is guarded by its gate.
    internal ClientNetwork Network { get; set; } = network;

    internal AdmissionStage Stage { get; set; }

    internal LinkedListNode<AdmissionTicket>? Place { get; set; }

    internal LinkedListNode<AdmissionTicket>? PlaceOfNetwork { get; set; }

    internal bool IsOut { get; set; }

    /// <summary>The true client became known.</summary>
    public void Relocate(IPAddress client) => admission.Relocate(this, new ClientNetwork(client));

    /// <summary>The connection got further.</summary>
    public void Promote(AdmissionStage stage) => admission.Promote(this, stage);

    public void Dispose() => admission.Remove(this);

    internal void Abort() => abort();
}
