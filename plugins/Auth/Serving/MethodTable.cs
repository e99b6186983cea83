using System.Collections.Frozen;
using Teleport.Abstractions.Security;

namespace Teleport.Auth.Serving;

/// <summary>Kinds of callers.</summary>
[Flags]
internal enum CallerKinds
{
    None = 0,
    Anonymous = 1,
    User = 2,
    Admin = 4,
    Auth = 8,
    Proxy = 16,
    Node = 32,

    /// <summary>Services that serve something else than SSH: applications, databases, Kubernetes clusters.</summary>
    OtherService = 64,

    /// <summary>An access plugin with its own certificate, which is a user's, but good for a few calls only.</summary>
    Plugin = 128,

    /// <summary>A host that runs access plugins; one of the other services.</summary>
    PluginHost = 256,

    Services = Proxy | Node | OtherService | PluginHost,
    Known = User | Admin | Auth | Services,
    Anybody = Known | Anonymous,
}

/// <summary>Who may call which method at all; what else a method checks comes on top. A method that is not here is refused to everybody.</summary>
internal static class MethodTable
{
    private static readonly FrozenDictionary<string, CallerKinds> Rows = new Dictionary<string, CallerKinds>(StringComparer.Ordinal)
    {
        ["/teleport.cluster.v1.ClusterService/Ping"] = CallerKinds.Known | CallerKinds.Plugin,
        ["/teleport.cluster.v1.ClusterService/GetStatus"] = CallerKinds.Known,
        ["/teleport.join.v1.JoinService/GetAuthority"] = CallerKinds.Anybody,
        ["/teleport.join.v1.JoinService/Join"] = CallerKinds.Anonymous | CallerKinds.Services,
        ["/teleport.join.v1.JoinService/Renew"] = CallerKinds.Services,
        ["/teleport.login.v1.LoginService/GetSettings"] = CallerKinds.Proxy,
        ["/teleport.login.v1.LoginService/Login"] = CallerKinds.Proxy,
        ["/teleport.login.v1.LoginService/GetInvitation"] = CallerKinds.Proxy,
        ["/teleport.login.v1.LoginService/AcceptInvitation"] = CallerKinds.Proxy,
        ["/teleport.certificates.v1.CertificateService/IssueUser"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.certificates.v1.CertificateService/IssueHost"] = CallerKinds.Admin,
        ["/teleport.certificates.v1.CertificateService/ExportAuthorities"] = CallerKinds.Known,
        ["/teleport.resources.v1.ResourceService/Get"] = CallerKinds.Known | CallerKinds.Plugin,
        ["/teleport.resources.v1.ResourceService/List"] = CallerKinds.Known | CallerKinds.Plugin,
        ["/teleport.resources.v1.ResourceService/Watch"] = CallerKinds.Known | CallerKinds.Plugin,
        ["/teleport.resources.v1.ResourceService/Create"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.resources.v1.ResourceService/Upsert"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.resources.v1.ResourceService/Delete"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.users.v1.UserService/CreateUser"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.users.v1.UserService/ResetUser"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.tokens.v1.TokenService/CreateToken"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.tokens.v1.TokenService/ListTokens"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.tokens.v1.TokenService/DeleteToken"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.presence.v1.PresenceService/Announce"] = CallerKinds.Proxy | CallerKinds.Node,
        ["/teleport.presence.v1.PresenceService/Withdraw"] = CallerKinds.Proxy | CallerKinds.Node,
        ["/teleport.audit.v1.AuditService/Emit"] = CallerKinds.Services,
        ["/teleport.audit.v1.AuditService/Search"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.recordings.v1.RecordingService/Upload"] = CallerKinds.Services,
        ["/teleport.recordings.v1.RecordingService/GetUpload"] = CallerKinds.Services,
        ["/teleport.recordings.v1.RecordingService/List"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.recordings.v1.RecordingService/Download"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.requests.v1.AccessRequestService/Create"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.requests.v1.AccessRequestService/Get"] = CallerKinds.User | CallerKinds.Admin | CallerKinds.Plugin,
        ["/teleport.requests.v1.AccessRequestService/List"] = CallerKinds.User | CallerKinds.Admin | CallerKinds.Plugin,
        ["/teleport.requests.v1.AccessRequestService/SubmitReview"] = CallerKinds.User | CallerKinds.Admin | CallerKinds.Plugin,
        ["/teleport.requests.v1.AccessRequestService/SetState"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.requests.v1.AccessRequestService/Delete"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.requests.v1.AccessRequestService/GetCapabilities"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.requests.v1.AccessRequestService/SearchResources"] = CallerKinds.User,
        ["/teleport.requests.v1.AccessRequestService/PreviewResources"] = CallerKinds.User | CallerKinds.Admin | CallerKinds.Plugin,
        ["/teleport.requests.v1.AccessRequestService/Explain"] = CallerKinds.User | CallerKinds.Admin,
        ["/teleport.requests.v1.AccessRequestService/IssuePluginCertificate"] = CallerKinds.PluginHost,
        ["/teleport.requests.v1.AccessRequestService/GetPluginData"] = CallerKinds.Admin | CallerKinds.Plugin,
        ["/teleport.requests.v1.AccessRequestService/ListPluginData"] = CallerKinds.Plugin,
        ["/teleport.requests.v1.AccessRequestService/UpdatePluginData"] = CallerKinds.Plugin,
        ["/teleport.requests.v1.AccessRequestService/SubmitReviewFor"] = CallerKinds.Plugin,
        ["/teleport.requests.v1.AccessRequestService/SeenOnce"] = CallerKinds.Plugin,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The methods that are open to somebody.</summary>
    public static IEnumerable<string> Methods => Rows.Keys;

    public static bool Allows(string method, Caller? caller) => (Rows.GetValueOrDefault(method) & KindOf(caller)) != CallerKinds.None;

    private static CallerKinds KindOf(Caller? caller) => caller switch
    {
        null => CallerKinds.Anonymous,
        { User: not null } => Requests.PluginIdentity.IsPlugin(caller) ? CallerKinds.Plugin : CallerKinds.User,
        { Host.Role: SystemRole.Admin } => CallerKinds.Admin,
        { Host.Role: SystemRole.Auth } => CallerKinds.Auth,
        { Host.Role: SystemRole.Proxy } => CallerKinds.Proxy,
        { Host.Role: SystemRole.Node } => CallerKinds.Node,
        { Host.Role: SystemRole.App or SystemRole.Db or SystemRole.Kube } => CallerKinds.OtherService,
        { Host.Role: SystemRole.Access } => CallerKinds.PluginHost,
        _ => CallerKinds.None,
    };
}
