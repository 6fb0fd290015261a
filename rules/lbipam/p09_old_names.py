"""P9: A pool or a Service uses an old name of LB-IPAM.

Why: The pool's field `cidrs` became `blocks` and was removed in 1.16. The API server refuses the old field. The
annotations moved from io.cilium/ to lbipam.cilium.io/. Cilium still reads the old annotations, and a later release
will not.
Seen: In the API server's error for `cidrs`. Nowhere for annotations.
Since: 1.16
Source: Cilium upgrade notes

Bad: `annotations: { io.cilium/lb-ipam-sharing-key: web }`
Good: `annotations: { lbipam.cilium.io/sharing-key: web }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.lbipam.pools import CROSS, IPS, SHARING


def check(facts: Facts) -> Iterator[Finding]:
    """Checks annotations of Services, and pools in the stack's manifests."""
    for i, service in enumerate(facts.stack.services):
        for today, old in (IPS, SHARING, CROSS):
            if old in service.annotations:
                yield warning(f"services[{i}].annotations", today, old, f"rename it to {today}")
    for i, item in enumerate(facts.stack.manifests):
        spec = item.document().get("spec")
        if item.kind == "CiliumLoadBalancerIPPool" and isinstance(spec, dict) and "cidrs" in spec:
            yield error(f"manifests[{i}].spec.cidrs", "blocks", "cidrs, which 1.16 removed", "rename cidrs to blocks")
