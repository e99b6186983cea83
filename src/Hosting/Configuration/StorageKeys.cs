namespace Teleport.Hosting.Configuration;

/// <summary>Keys of <c>teleport.storage</c> that some backend knows, so that those of another backend are told apart from mistakes.</summary>
internal static class StorageKeys
{
    private static readonly (string Users, Type Type, string[] Keys)[] Table =
    [
        ("dir", typeof(string), ["path", "sync", "journal"]),
        ("dir", typeof(TimeSpan), ["busy_timeout"]),
        ("dir, dynamodb", typeof(TimeSpan), ["poll_stream_period"]),
        ("dir, etcd, dynamodb, firestore", typeof(int), ["buffer_size"]),
        ("etcd", typeof(string), ["prefix", "tls_cert_file", "tls_key_file", "tls_ca_file", "username", "password_file"]),
        ("etcd", typeof(IReadOnlyList<Uri>), ["peers"]),
        ("etcd", typeof(bool), ["insecure"]),
        ("etcd", typeof(TimeSpan), ["dial_timeout"]),
        ("etcd", typeof(int), ["etcd_max_client_msg_size_bytes"]),
        ("dynamodb", typeof(string), ["region", "table_name", "access_key", "secret_key", "billing_mode"]),
        ("dynamodb", typeof(int), ["read_capacity_units", "write_capacity_units", "read_min_capacity", "read_max_capacity", "write_min_capacity", "write_max_capacity"]),
        ("dynamodb", typeof(double), ["read_target_value", "write_target_value"]),
        ("dynamodb", typeof(bool), ["continuous_backups", "auto_scaling"]),
        ("dynamodb, firestore", typeof(TimeSpan), ["retry_period"]),
        ("firestore", typeof(string), ["project_id", "collection_name", "credentials_path", "endpoint"]),
        ("firestore", typeof(bool), ["disable_expired_document_purge", "limit_watch_query"]),
        ("firestore", typeof(TimeSpan), ["purge_expired_documents_poll_interval"]),
        ("postgresql", typeof(string), ["conn_string", "change_feed_conn_string", "auth_mode", "gcp_connection_name", "gcp_ip_type"]),
        ("postgresql", typeof(int), ["change_feed_batch_size"]),
        ("postgresql", typeof(bool), ["disable_expiry"]),
        ("postgresql", typeof(TimeSpan), ["change_feed_poll_interval", "expiry_interval"]),
    ];

    private static readonly Dictionary<string, (string Users, Type Type)> ByKey =
        Table.SelectMany(static row => row.Keys.Select(key => (key, row.Users, row.Type))).ToDictionary(static k => k.key, static k => (k.Users, k.Type), StringComparer.Ordinal);

    /// <summary>All keys.</summary>
    public static IReadOnlyCollection<string> All => ByKey.Keys;

    /// <summary>The backends that know a key, as a list for people, and its type; <c>null</c>: none does.</summary>
    public static (string Users, Type Type)? Find(string key) => ByKey.TryGetValue(key, out (string Users, Type Type) row) ? row : null;
}
