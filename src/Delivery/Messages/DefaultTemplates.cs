namespace Teleport.Delivery.Messages;

/// <summary>What messages say where the configuration names no file. Values are escaped already; see docs/plugins/access-plugins.md for what there is.</summary>
internal static class DefaultTemplates
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["title"] = "{{ request.user }} asks for {{ request.what }}",
        ["body"] = """
            {{ bold "ID" }}: {{ request.id }}
            {{ bold "Cluster" }}: {{ cluster }}
            {{ bold "User" }}: {{ request.user }}
            {{ bold "Roles" }}: {{ request.roles }}
            {{- if request.resources != "" }}
            {{ bold "Resources" }}: {{ request.resources }}
            {{- end }}
            {{- if request.reason != "" }}
            {{ bold "Reason" }}:
            {{ request.reason }}
            {{- end }}
            {{- if request.access_begins != "" }}
            {{ bold "Access begins" }}: {{ request.access_begins }}
            {{- end }}
            {{ bold "Access ends" }}: {{ request.access_ends }}
            {{- if request.decide_before != "" }}
            {{ bold "Decide before" }}: {{ request.decide_before }}
            {{- end }}
            {{- if request.suggested_reviewers != "" }}
            {{ bold "Suggested reviewers" }}: {{ request.suggested_reviewers }}
            {{- end }}
            {{- if link_url != "" }}
            {{ link "Open in Teleport" link_url }}
            {{- else if request.is_pending }}
            Approve: tsh request review --approve {{ request.id }}
            Deny: tsh request review --deny {{ request.id }}
            {{- end }}
            """,
        ["resolution"] = """
            {{ request.sign }} {{ bold request.standing }} ({{ request.approvals }}, {{ request.denials }})
            {{- if request.decided_by != "" }}
            Reviewed by {{ request.decided_by }}
            {{- end }}
            {{- if request.resolve_reason != "" }}
            {{ request.resolve_reason }}
            {{- end }}
            """,
        ["review"] = """
            {{ review.sign }} {{ bold review.author }} {{ review.verb }} at {{ review.time }}{{ if review.via != "" }} from {{ review.via }}{{ end }}
            {{- if review.reason != "" }}
            {{ review.reason }}
            {{- end }}
            """,
        ["requester"] = """
            Your request for {{ request.what }} on {{ cluster }}: {{ request.sign }} {{ bold request.standing }}
            {{- if request.decided_by != "" }}
            Reviewed by {{ request.decided_by }}
            {{- end }}
            {{- if request.resolve_reason != "" }}
            {{ request.resolve_reason }}
            {{- end }}
            {{- if request.is_approved }}
            Use it: tsh login --request-id={{ request.id }}
            {{- end }}
            """,
    };
}
