"""I2: l7Proxy is off, but Ingresses, Gateways or the Envoy backend of Services need it.

Why: These features need the proxy. The chart refuses to render. Before Cilium 1.16 an egress gateway required
l7Proxy off, and could not share a cluster with the Ingress controller.
Seen: In Helm's error.
Since: 1.16
Source: the chart's validate.yaml

Bad: `values: { l7Proxy: false }` with `ingressController: {}`
Good: `values: { l7Proxy: true }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """l7Proxy is on by default. Only a user's own value can disable it."""
    if facts.helm("l7Proxy") not in (False, "false"):
        return
    reasons = []
    if facts.on("ingressController.enabled"):
        reasons.append("the Ingress controller")
    if facts.on("gatewayAPI.enabled"):
        reasons.append("Gateway API")
    if facts.helm("loadBalancer.l7.backend") == "envoy":
        reasons.append("loadBalancer.l7.backend envoy")
    if reasons:
        yield error("cilium.values.l7Proxy", f"true with {' and '.join(reasons)}", "false", "take l7Proxy: false out")
