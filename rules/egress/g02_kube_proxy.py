"""G2: An egress gateway runs without kube-proxy replacement.

Why: The documentation requires kube-proxy replacement, and the agent does not check it. The traffic of some
Services does not pass the gateway.
Seen: Nowhere.
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
    """Checks one switch."""
    if facts.on("egressGateway.enabled") and not facts.on("kubeProxyReplacement"):
        yield error(
            "cilium.kubeProxyReplacement", "true with an egress gateway", "false", "set kubeProxyReplacement: true"
        )
