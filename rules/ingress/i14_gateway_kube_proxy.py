"""I14: Gateway API is on without kube-proxy replacement.

Why: The operator starts no controller for Gateways. No controller accepts the Gateways, and they get no address.
Seen: Only in the operator's log.
Since: 1.16
Source: Cilium operator/pkg/gateway-api/cell.go; cilium/cilium #34099

Bad: `kubeProxyReplacement: false` with `values: { gatewayAPI: { enabled: true } }`
Good: `kubeProxyReplacement: true`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks one switch. Up to 1.18, nodePort.enabled is an alternative."""
    if not facts.on("gatewayAPI.enabled") or facts.serves_services:
        return
    fix = "set kubeProxyReplacement: true"
    yield error("cilium.kubeProxyReplacement", "true with gatewayAPI.enabled", "false", fix)
