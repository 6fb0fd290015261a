"""I1: The Ingress controller without kube-proxy replacement.

Why: the chart installs it, and the operator reconciles nothing: Ingresses get no address.
Seen: only in the operator's log.
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
    """One switch. nodePort.enabled stands in for it up to 1.18."""
    if not facts.on("ingressController.enabled") or facts.serves_services:
        return
    yield error(
        "cilium.kubeProxyReplacement", "true with the Ingress controller", "false", "set kubeProxyReplacement: true"
    )
