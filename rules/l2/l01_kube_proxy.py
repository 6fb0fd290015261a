"""L1: L2 announcements run without kube-proxy replacement.

Why: The agent takes the Lease and answers ARP. Without kube-proxy replacement the agent's datapath does not serve
the address.
Seen: Clients have the node's MAC address and get no answer.
Since: 1.16
Source: Cilium L2 announcements documentation; seen on the lab (1.18.0)

Bad: `kubeProxyReplacement: false` with `l2Policies`
Good: `kubeProxyReplacement: true`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks one switch."""
    if facts.stack.l2_policies and not facts.on("kubeProxyReplacement"):
        yield error("cilium.kubeProxyReplacement", "true with l2Policies", "false", "set kubeProxyReplacement: true")
