using System.Collections.Concurrent;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Api.Login.V1;
using Teleport.Auth.Audit;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Logins;

/// <summary>A login by what somebody types: limits, credentials, roles, certificates, in this order.</summary>
internal sealed class LoginFlow(
    CredentialConnectors connectors,
    UserStore users,
    RoleStore roles,
    AttemptStore attempts,
    UserCertificates certificates,
    LoginContext cluster)
{
    private const int LongestName = 255;

    // More logins of one name at once would only reach the limit of attempts by themselves.
    private const int AtOncePerUser = 2;
    private readonly ConcurrentDictionary<string, Gate> _gates = new(StringComparer.Ordinal);

    public async Task<LoginResponse> LoginAsync(LoginRequest request, CancellationToken cancellationToken)
    {
        AuthPreferenceSpec preference = await cluster.Settings.AuthPreferenceAsync(cancellationToken);
        ICredentialConnector connector = connectors.For(request.Connector, preference);
        CertifiedKeys keys = CertifiedKeys.Parse(request.SshPublicKey, request.TlsPublicKey, request.CertificateFormat, rolesWantOldFormat: false);
        TimeSpan? wished = request.TtlSeconds switch
        {
            0 => null,
            < 0 or > 366L * 24 * 3600 => throw TeleportException.Invalid("The life of a certificate must be a positive number of seconds, at most a year."),
            _ => TimeSpan.FromSeconds(request.TtlSeconds),
        };

        string address = ClientAddress.Of(request.ClientAddr);
        User user = await VerifyAsync(request, connector, preference, address, cancellationToken);
        DateTimeOffset now = cluster.Time.GetUtcNow();
        RoleSet set = await roles.ResolveAsync(Identities.Of(user, cluster.ClusterName, now), cancellationToken);
        TimeSpan ttl = CertificateRules.Ttl(set, wished, Durations.Parse(preference.DefaultSessionTtl, "default_session_ttl") ?? TimeSpan.FromHours(12));
        UserIdentity identity = certificates.Identify(set, now + ttl, request.RouteToCluster, address);
        if (request.CertificateFormat.Length == 0 && CertificateRules.WantsOldFormat(set))
        {
            keys = keys with { Format = "oldssh" };
        }

        return new LoginResponse
        {
            UserName = identity.UserName,
            Certificates = await certificates.IssueAsync(identity, keys, issuedBy: null, request.ClientAddr),
        };
    }

    private async Task<User> VerifyAsync(
        LoginRequest request, ICredentialConnector connector, AuthPreferenceSpec preference, string address, CancellationToken cancellationToken)
    {
        bool secondFactor = preference.SecondFactor != "off";
        // Names are not looked up before the credentials were checked, and too long ones are nobody's.
        string name = request.UserName.Length <= LongestName ? request.UserName : request.UserName[..LongestName] + "\u2026";
        using Gate gate = await EnterAsync(name, cancellationToken);
        AttemptSubject byUser = AttemptSubject.User(name);
        AttemptSubject byAddress = AttemptSubject.Address(address);
        CredentialResult result;
        try
        {
            await attempts.RequireUnlockedAsync(byAddress, cancellationToken);
            await attempts.BeginAsync(byUser, cancellationToken);
            using var password = new Secret(request.Password);
            using Secret? code = request.OtpCode.Length > 0 ? new Secret(request.OtpCode) : null;
            result = await connector.VerifyAsync(new CredentialLogin(name, password, code, secondFactor), cancellationToken);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Limit)
        {
            await AuditAsync(name, request.ClientAddr, connector.Type, null, e.Message);
            throw;
        }

        User? user = result.Succeeded ? await users.FindAsync(name, cancellationToken) : null;
        if (user is null)
        {
            string why = result.Succeeded ? "there is no such user" : result.FailureReason ?? "the credentials are wrong";
            await attempts.FailedAsync(byAddress);
            await AuditAsync(name, request.ClientAddr, connector.Type, null, why);
            throw new TeleportException(
                ErrorCode.Unauthenticated, secondFactor ? "invalid username, password or second factor" : "invalid username or password");
        }

        await attempts.SucceededAsync(byUser, CancellationToken.None);
        await AuditAsync(name, request.ClientAddr, connector.Type, result.SecondFactor, error: null);
        return user;
    }

    private Task AuditAsync(string name, string address, string method, string? secondFactor, string? error) =>
        cluster.Audit.EmitAsync(new UserLoginEvent
        {
            User = name,
            RemoteAddress = address.Length > 0 ? address : null,
            Success = error is null,
            Error = error,
            Method = method,
            SecondFactor = secondFactor,
        });

    private async Task<Gate> EnterAsync(string name, CancellationToken cancellationToken)
    {
        Gate gate;
        do
        {
            gate = _gates.GetOrAdd(name, n => new Gate(n, _gates, AtOncePerUser));
        }
        while (!gate.TryHold());

        try
        {
            await gate.Semaphore.WaitAsync(cancellationToken);
            return gate;
        }
        catch
        {
            gate.Drop();
            throw;
        }
    }

    /// <summary>The turnstile of one name; gone when nobody uses it.</summary>
    private sealed class Gate(string name, ConcurrentDictionary<string, Gate> all, int atOnce) : IDisposable
    {
        private int _holders;

        public SemaphoreSlim Semaphore { get; } = new(atOnce, atOnce);

        public bool TryHold()
        {
            lock (Semaphore)
            {
                if (_holders < 0)
                {
                    return false;
                }

                _holders++;
                return true;
            }
        }

        public void Drop()
        {
            lock (Semaphore)
            {
                if (--_holders == 0)
                {
                    _holders = -1;
                    all.TryRemove(new KeyValuePair<string, Gate>(name, this));
                }
            }
        }

        public void Dispose()
        {
            Semaphore.Release();
            Drop();
        }
    }
}

/// <summary>What logins need to know of the cluster.</summary>
internal sealed record LoginContext(string ClusterName, ClusterSettings Settings, AuditPipeline Audit, TimeProvider Time);
