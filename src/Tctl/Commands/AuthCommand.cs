using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Certificates.V1;
using Teleport.Api.Login.V1;
using Teleport.Client;
using Teleport.Client.Commands;
using Teleport.Client.Output;
using Teleport.Pki.Authorities;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl auth export</c> and <c>tctl auth sign</c>.</summary>
internal sealed class AuthCommand : Command
{
    private readonly GlobalOptions _globals;

    public AuthCommand(GlobalOptions globals)
        : base("auth", "Export authorities, and sign certificates.")
    {
        _globals = globals;
        Add(Export());
        Add(Sign());
    }

    private Command Export()
    {
        var type = new Option<string?>("--type") { Description = "user, host, tls, tls-host or tls-user; else user and host." };
        var keys = new Option<bool>("--keys") { Description = "The private keys too. Audited." };
        var fingerprint = new Option<string?>("--fingerprint") { Description = "Only the key with this fingerprint." };
        var format = new Option<string>("--format") { DefaultValueFactory = static _ => "authorized_keys", Description = "authorized_keys, or openssh for TrustedUserCAKeys." };
        var output = new Option<string?>("--out") { Description = "Write to this file; else the standard output." };
        var export = new Command("export", "Print public keys of authorities.") { type, keys, fingerprint, format, output };
        export.Add(RefusedOption.Create("the format of version 1.0 is not written any more", "--compat"));
        export.SetAction(async (parsed, cancellationToken) =>
        {
            string? wanted = parsed.GetValue(type);
            if (wanted is not (null or "user" or "host" or "tls" or "tls-host" or "tls-user"))
            {
                throw TeleportException.Invalid($"--type is \"{wanted}\": expected user, host, tls, tls-host or tls-user.");
            }

            string kind = parsed.GetValue(format)!;
            if (kind is not ("authorized_keys" or "openssh"))
            {
                throw TeleportException.Invalid($"--format is \"{kind}\": expected authorized_keys or openssh.");
            }

            string authority = wanted is "tls" or "tls-host" ? "host" : wanted is "tls-user" ? "user" : wanted ?? "";
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            ExportAuthoritiesResponse found = await auth.Certificates.ExportAuthoritiesAsync(
                new ExportAuthoritiesRequest { Type = authority, WithPrivateKeys = parsed.GetValue(keys) }, cancellationToken: cancellationToken);
            string text = string.Concat(found.Authorities
                .SelectMany(item => Lines(item, wanted, parsed.GetValue(keys), kind == "openssh", parsed.GetValue(fingerprint)))
                .Select(static line => line.TrimEnd() + "\n"));
            if (parsed.GetValue(output) is not { } path)
            {
                await Console.Out.WriteAsync(text);
                return 0;
            }

            PrivateFiles.Write(path, text);
            await Console.Out.WriteLineAsync($"The authorities have been written to {path}");
            return 0;
        });
        return export;
    }

    private Command Sign()
    {
        var user = new Option<string?>("--user") { Description = "The user to sign for." };
        var host = new Option<string?>("--host") { Description = "Names of a host that runs OpenSSH, a,b." };
        var output = new Option<string?>("--out", "-o") { Description = "The file to write." };
        var format = new Option<string>("--format") { DefaultValueFactory = static _ => "file", Description = "file, openssh or tls." };
        var ttl = new Option<string>("--ttl") { DefaultValueFactory = static _ => "12h", Description = "Life of the certificates." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the files." };
        var sign = new Command("sign", "Make certificates for a user or a host.") { user, host, output, format, ttl, overwrite };
        foreach ((string name, string why) in new[]
        {
            ("--compat", "the formats of version 1.0 are not written any more"), ("--proxy", "it is for kubernetes, which this version has no access to"),
            ("--leaf-cluster", "this version has no trusted clusters"), ("--kube-cluster-name", "this version has no access to Kubernetes clusters"),
        })
        {
            sign.Add(RefusedOption.Create(why, name));
        }

        sign.SetAction(async (parsed, cancellationToken) =>
        {
            (string? userName, string? hostNames) = (parsed.GetValue(user), parsed.GetValue(host));
            if (userName is null == hostNames is null)
            {
                throw TeleportException.Invalid("--user or --host must be specified");
            }

            string path = parsed.GetValue(output) ?? throw TeleportException.Invalid("--out must be specified: the file to write");
            string kind = parsed.GetValue(format)!;
            var files = new CertificateFiles(path, parsed.GetValue(overwrite));
            TimeSpan life = DurationText.Parse(parsed.GetValue(ttl)!, "--ttl");
            await using AuthClient auth = await _globals.OpenAsync(parsed, cancellationToken);
            string written = userName is not null
                ? await SignUserAsync(auth, userName, kind, life, files, cancellationToken)
                : await SignHostAsync(auth, Formats.List(hostNames), kind, life, files, cancellationToken);
            await Console.Out.WriteLineAsync($"\nThe credentials have been written to {written}");
            return 0;
        });
        return sign;
    }

    private static async Task<string> SignUserAsync(
        AuthClient auth, string user, string format, TimeSpan life, CertificateFiles files, CancellationToken cancellationToken)
    {
        if (format is not ("file" or "openssh" or "tls"))
        {
            throw TeleportException.Invalid($"--format is \"{format}\": expected file, openssh or tls.");
        }

        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        UserCertificates answer = await auth.Certificates.IssueUserAsync(
            new IssueUserRequest { UserName = user, SshPublicKey = key.PublicKey.ToAuthorizedKeysLine(), TtlSeconds = (long)life.TotalSeconds }, cancellationToken: cancellationToken);
        var identity = new IdentityFile
        {
            PrivateKey = key.ToPkcs8Pem(),
            SshCertificate = SshCertificate.Parse(answer.SshCertificate),
            TlsCertificate = answer.TlsCertificate.Length > 0 ? answer.TlsCertificate : null,
            TlsAuthorities = [.. answer.HostAuthorities.SelectMany(static a => a.TlsCertificates)],
            SshAuthorities = [.. answer.HostAuthorities.SelectMany(static a => a.SshKeys.Select(line => new HostAuthorityLine(a.ClusterName, SshPublicKey.Parse(line))))],
        };
        return format switch
        {
            "file" => files.Write(("", identity.Format())),
            "openssh" => files.Write(("", key.ToOpenSshPem()), ("-cert.pub", answer.SshCertificate + "\n")),
            _ => files.Write((".key", identity.PrivateKey), (".crt", answer.TlsCertificate), (".cas", string.Join('\n', identity.TlsAuthorities))),
        };
    }

    private static async Task<string> SignHostAsync(
        AuthClient auth, string[] names, string format, TimeSpan life, CertificateFiles files, CancellationToken cancellationToken)
    {
        if (format != "openssh")
        {
            throw TeleportException.Invalid("--host works with --format=openssh only.");
        }

        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        IssueHostResponse answer = await auth.Certificates.IssueHostAsync(
            new IssueHostRequest { Principals = { names }, SshPublicKey = key.PublicKey.ToAuthorizedKeysLine(), TtlSeconds = (long)life.TotalSeconds }, cancellationToken: cancellationToken);
        return files.Write(("", key.ToOpenSshPem()), ("-cert.pub", answer.SshCertificate + "\n"));
    }

    private static IEnumerable<string> Lines(ExportedAuthority authority, string? wanted, bool keys, bool bare, string? fingerprint)
    {
        if (wanted?.StartsWith("tls", StringComparison.Ordinal) == true)
        {
            return (keys ? authority.TlsPrivateKeys : authority.TlsCertificates).Where(pem => fingerprint is null || keys || Pin(pem) == fingerprint);
        }

        if (keys)
        {
            return authority.SshPrivateKeys;
        }

        return authority.SshKeys.Where(key => fingerprint is null || SshPublicKey.Parse(key).Fingerprint == fingerprint).Select(key => (authority.Type, bare) switch
        {
            ("host", _) => $"@cert-authority *.{authority.ClusterName} {key} clustername={authority.ClusterName}&type=host",
            (_, true) => key,
            _ => $"cert-authority {key} clustername={authority.ClusterName}&type=user",
        });
    }

    private static string Pin(string pem)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem);
        return CaPin.Of(certificate);
    }

    /// <summary>Writes several files whose names begin alike; none, if one of them is there already.</summary>
    private sealed class CertificateFiles(string path, bool overwrite)
    {
        public string Write(params (string Suffix, string Text)[] files)
        {
            if (!overwrite && files.Select(file => path + file.Suffix).FirstOrDefault(File.Exists) is { } existing)
            {
                throw TeleportException.Conflict($"{existing} exists already. Use --overwrite to replace it, or another name.");
            }

            foreach ((string suffix, string text) in files)
            {
                PrivateFiles.Write(path + suffix, text);
            }

            return string.Join(", ", files.Select(file => path + file.Suffix));
        }
    }
}
