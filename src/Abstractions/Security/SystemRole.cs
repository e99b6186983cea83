using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Security;

/// <summary>What a host certificate says that its holder does. Names are part of certificates and never change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SystemRole>))]
public enum SystemRole
{
    /// <summary>Issues certificates and owns the cluster's state.</summary>
    Auth,

    /// <summary>Lets users and agents in.</summary>
    Proxy,

    /// <summary>Serves SSH on a host.</summary>
    Node,

    /// <summary>Serves web applications.</summary>
    App,

    /// <summary>Serves databases.</summary>
    Db,

    /// <summary>Serves Kubernetes clusters.</summary>
    Kube,

    /// <summary>Runs access plugins.</summary>
    Access,

    /// <summary>The administrator on the auth server's own host.</summary>
    Admin,

    /// <summary>Another cluster that wants to be trusted; only in tokens.</summary>
    TrustedCluster,
}
