using System.Globalization;
using System.Text.Json;

namespace Teleport.Integration.Tests;

/// <summary>Access that is asked for, granted by two people, used, and over, with the programs as they are.</summary>
[Collection("programs")]
public sealed class AccessRequestTests(RunningCluster cluster) : IClassFixture<RunningCluster>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private static string Host => $"{RunningCluster.Login}@web1";

    public async ValueTask InitializeAsync()
    {
        string roles = cluster.File("roles.yaml");
        await File.WriteAllTextAsync(
            roles,
            $$"""
            kind: role
            version: v7
            metadata: {name: dba}
            spec: {allow: {logins: [{{RunningCluster.Login}}], node_labels: {env: test} } }
            ---
            kind: role
            version: v7
            metadata: {name: dev}
            spec:
              allow:
                request:
                  roles: [dba]
                  search_as_roles: [dba]
                  thresholds: [{approve: 2, deny: 1}]
            ---
            kind: role
            version: v7
            metadata: {name: lead}
            spec: {allow: {review_requests: {roles: [dba]} } }
            """);
        await cluster.TctlAsync("create", "-f", roles);
        await cluster.AddUserAsync("carol", "dev", Home("carol"));
        await cluster.AddUserAsync("dave", "lead", Home("dave"));
        await cluster.AddUserAsync("erin", "lead", Home("erin"));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task H36_RoleByRequest_IsWaitedForUsedAndEnds()
    {
        (int status, _, string refused) = await AsAsync("carol", "ssh", Host, "true");
        Assert.Equal(255, status);
        Assert.Contains("tsh request create --resource /it/node/", refused, StringComparison.Ordinal);
        (status, _, string error) = await AsAsync("carol", "login", "--request-roles=admin");
        Assert.Equal(1, status);
        Assert.Contains("user \"carol\" cannot request role \"admin\"", error, StringComparison.Ordinal);

        await ApproveByTwoAsync();
        await UseUntilDeletedAsync();
        await UseUntilOverAsync();
        await DenyAsync();
    }

    /// <summary>The login waits, and comes back with the role soon after the second of two people said yes.</summary>
    private async Task ApproveByTwoAsync()
    {
        Task<(int Status, string Output, string Error)> login = AsAsync("carol", "login", "--request-roles=dba", "--request-reason=ticket 7");
        string id = await PendingAsync();
        (int status, string text, string error) = await AsAsync("dave", "request", "ls", "--reviewable");
        Assert.True(status == 0, error);
        Assert.Contains(id, text, StringComparison.Ordinal);
        (_, text, _) = await AsAsync("carol", "request", "ls", "--reviewable");
        Assert.DoesNotContain(id, text, StringComparison.Ordinal);
        (status, _, error) = await AsAsync("carol", "request", "review", id, "--approve");
        Assert.Equal(1, status);
        Assert.Contains("may not review", error, StringComparison.Ordinal);
        (status, text, error) = await AsAsync("dave", "request", "review", id, "--approve", "--reason=fine");
        Assert.True(status == 0, error);
        Assert.Contains("PENDING", text, StringComparison.Ordinal);
        (status, _, error) = await AsAsync("dave", "request", "review", id, "--approve");
        Assert.Equal(1, status);
        Assert.Contains("already reviewed", error, StringComparison.Ordinal);
        Assert.False(login.IsCompleted);

        await cluster.TctlAsync("requests", "review", id, "--author=erin", "--approve");
        (status, text, error) = await login.WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.True(status == 0, error);
        Assert.Contains($"Seeking request approval... (id: {id})", error, StringComparison.Ordinal);
        Assert.Contains("dave approved: fine", error, StringComparison.Ordinal);
        Assert.Contains("Approval received, getting updated certificates...", error, StringComparison.Ordinal);
        Assert.Contains("Roles:              dev, dba", text, StringComparison.Ordinal);
        Assert.Contains(id, text, StringComparison.Ordinal);
        (status, text, error) = await AsAsync("carol", "ssh", Host, "echo fine");
        Assert.True((status, text) == (0, "fine\n"), error);
        await RunningCluster.EventuallyAsync(
            () => Task.FromResult(AuditLog()), log => log.Split('\n').Any(line => line.Contains("\"exec\"", StringComparison.Ordinal) && line.Contains($"\"access_requests\":[\"{id}\"]", StringComparison.Ordinal)));
        (_, text, _) = await AsAsync("carol", "request", "show", id);
        Assert.Contains("APPROVED", text, StringComparison.Ordinal);
        string explained = await cluster.TctlAsync("access", "explain", $"--request={id}", "--reviewer=carol");
        Assert.Contains("nobody reviews their own request", explained, StringComparison.Ordinal);
    }

    private string AuditLog() => string.Concat(Directory.EnumerateFiles(cluster.File("data/log"), "*.log", SearchOption.AllDirectories).Select(static file =>
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }));

    /// <summary>A shell under the grant ends when an administrator deletes the request.</summary>
    private async Task UseUntilDeletedAsync()
    {
        (Task<(int Status, string Output, string Error)> shell, int process) = await StartShellAsync("deleted");
        string id = Assert.Single(await RequestsAsync("APPROVED"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.TctlAsync("requests", "rm", id));
        Assert.False(shell.IsCompleted);
        await cluster.TctlAsync("requests", "rm", "-f", id);
        await AssertEndedAsync(shell, process, Soon, "deleted");
        (int status, _, string error) = await AsAsync("carol", "ssh", Host, "true");
        Assert.Equal(255, status);
        Assert.Contains(id, error, StringComparison.Ordinal);
        (status, string text, error) = await AsAsync("carol", "request", "drop");
        Assert.True(status == 0, error);
        Assert.Contains("Roles:              dev\n", text, StringComparison.Ordinal);
    }

    /// <summary>A shell under the grant ends when the grant does.</summary>
    private async Task UseUntilOverAsync()
    {
        (int status, string text, string error) = await AsAsync("carol", "request", "create", "--roles=dba", "--max-duration=15s", "--nowait");
        Assert.True(status == 0, error);
        string id = await PendingAsync();
        Assert.Contains(id, text, StringComparison.Ordinal);
        await cluster.TctlAsync("requests", "approve", id, "--reason=quickly");
        (status, _, error) = await AsAsync("carol", "login", $"--request-id={id}");
        Assert.True(status == 0, error);
        (Task<(int Status, string Output, string Error)> shell, int process) = await StartShellAsync("over");
        await AssertEndedAsync(shell, process, TimeSpan.FromSeconds(20), "expired");
        await RunningCluster.EventuallyAsync(async () => string.Join(',', await RequestsAsync("APPROVED")), static left => left.Length == 0);
    }

    private async Task DenyAsync()
    {
        await cluster.AddUserAsync("frank", "dev", Home("frank"));
        Task<(int Status, string Output, string Error)> login = AsAsync("frank", "request", "create", "--roles=dba", "--reason=please");
        string id = await PendingAsync();
        (int status, _, string error) = await AsAsync("erin", "request", "review", id, "--deny", "--reason=not today");
        Assert.True(status == 0, error);
        (status, _, error) = await login.WaitAsync(Soon, TestContext.Current.CancellationToken);
        Assert.Equal(1, status);
        Assert.Contains($"error: request {id} has been set to DENIED: not today", error, StringComparison.Ordinal);
        (_, string text, _) = await AsAsync("frank", "status");
        Assert.Contains("Roles:              dev\n", text, StringComparison.Ordinal);
    }

    /// <summary>A command that runs on, once it has begun.</summary>
    private async Task<(Task<(int Status, string Output, string Error)> Shell, int Process)> StartShellAsync(string name)
    {
        string file = cluster.File(name);
        Task<(int Status, string Output, string Error)> shell = AsAsync("carol", "ssh", Host, $"echo $$ > {file}; exec sleep 600");
        string text = await RunningCluster.EventuallyAsync(
            () => Task.FromResult(File.Exists(file) ? File.ReadAllText(file) : shell.IsCompleted ? throw new InvalidOperationException(shell.Result.Error) : ""),
            static text => text.EndsWith('\n'));
        int process = int.Parse(text, CultureInfo.InvariantCulture);
        Assert.True(Directory.Exists($"/proc/{process}"));
        return (shell, process);
    }

    private static async Task AssertEndedAsync(Task<(int Status, string Output, string Error)> shell, int process, TimeSpan limit, string reason)
    {
        (int status, _, string error) = await shell.WaitAsync(limit, TestContext.Current.CancellationToken);
        Assert.NotEqual(0, status);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        await RunningCluster.EventuallyAsync(() => Task.FromResult(Directory.Exists($"/proc/{process}") ? "runs" : "ended"), static state => state == "ended");
    }

    private async Task<string> PendingAsync() => await RunningCluster.EventuallyAsync(
        async () => string.Join(',', await RequestsAsync("PENDING")), static ids => ids.Length > 0 && !ids.Contains(',', StringComparison.Ordinal));

    private async Task<string[]> RequestsAsync(string state)
    {
        int number = state switch { "PENDING" => 1, "APPROVED" => 2, _ => 3 };
        using JsonDocument all = JsonDocument.Parse(await cluster.TctlAsync("requests", "ls", "--format=json"));
        return
        [
            .. all.RootElement.EnumerateArray().Where(r => r.GetProperty("spec").GetProperty("state").GetInt32() == number)
                .Select(static r => r.GetProperty("metadata").GetProperty("name").GetString()!),
        ];
    }

    private string Home(string user) => cluster.File($"home-{user}");

    private Task<(int Status, string Output, string Error)> AsAsync(string user, params string[] arguments) =>
        Programs.RunAsync(Programs.Tsh, arguments, home: Home(user));
}
