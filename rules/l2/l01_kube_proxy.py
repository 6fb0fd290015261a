"""L1: L2 announcements without kube-proxy replacement.

Why: the agent only answers ARP for Services that its own datapath serves; it refuses the feature.
Seen: only in the agent's log.
Since: 1.16
Source: Cilium L2 announcements documentation

Bad: `kubeProxyReplacement: false` with `l2Policies`
Good: `kubeProxyReplacement: true`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """One switch."""
    if facts.stack.l2_policies and not facts.on("kubeProxyReplacement"):
        yield error("cilium.kubeProxyReplacement", "true with l2Policies", "false", "set kubeProxyReplacement: true")
