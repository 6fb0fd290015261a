"""I1: The Ingress controller runs without kube-proxy replacement.

Why: The chart installs the Ingress controller, but the operator reconciles no Ingress. Ingresses get no address.
Seen: Only in the operator's log.
Since: 1.16
Source: Cilium operator/pkg/ingress

Bad: `kubeProxyReplacement: false` with `ingressController: {}`
Good: `kubeProxyReplacement: true`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks one switch. Up to 1.18, nodePort.enabled is an alternative."""
    if not facts.on("ingressController.enabled") or facts.serves_services:
        return
    yield error(
        "cilium.kubeProxyReplacement", "true with the Ingress controller", "false", "set kubeProxyReplacement: true"
    )
