"""L1: L2 announcements without kube-proxy replacement.

Why: the agent takes the Lease and answers ARP, and its datapath, which is to serve the address, does not.
Seen: clients have the node's hardware address, and get no answer.
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
    """One switch."""
    if facts.stack.l2_policies and not facts.on("kubeProxyReplacement"):
        yield error("cilium.kubeProxyReplacement", "true with l2Policies", "false", "set kubeProxyReplacement: true")
