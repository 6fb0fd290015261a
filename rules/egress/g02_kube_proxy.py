"""G2: An egress gateway without kube-proxy replacement.

Why: the documentation wants it, and the agent does not check: traffic of some Services does not pass
the gateway.
Seen: nowhere.
Since: 1.16
Source: Cilium egress gateway documentation

Bad: `kubeProxyReplacement: false` with `egressPolicies`
Good: `kubeProxyReplacement: true`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """One switch."""
    if facts.on("egressGateway.enabled") and not facts.on("kubeProxyReplacement"):
        yield error(
            "cilium.kubeProxyReplacement", "true with an egress gateway", "false", "set kubeProxyReplacement: true"
        )
