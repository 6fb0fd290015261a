"""I2: The Ingress controller or the Envoy backend of Services with l7Proxy off.

Why: both need the proxy; the chart refuses to render. Below 1.16 an egress gateway wanted it off, so
that the two could not share a cluster.
Seen: helm's error.
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
    """The default is on, so that only a user's own value can turn it off."""
    if facts.helm("l7Proxy") not in (False, "false"):
        return
    reasons = []
    if facts.on("ingressController.enabled"):
        reasons.append("the Ingress controller")
    if facts.helm("loadBalancer.l7.backend") == "envoy":
        reasons.append("loadBalancer.l7.backend envoy")
    if reasons:
        yield error("cilium.values.l7Proxy", f"true with {' and '.join(reasons)}", "false", "take l7Proxy: false out")
