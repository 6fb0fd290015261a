"""I3: A loadbalancer-mode is neither shared nor dedicated.

Why: Cilium replaces every other value by the controller's own mode. With `mode: shared` the Ingress gets the shared
address instead of its own.
Seen: Nowhere.
Since: 1.16
Source: Cilium operator/pkg/ingress/ingress_reconcile.go

Bad: `annotations: { ingress.cilium.io/loadbalancer-mode: dedicted }`
Good: `annotations: { ingress.cilium.io/loadbalancer-mode: dedicated }`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.ingress import MODE_ANNOTATION, OLD_MODE_ANNOTATION
from rules.facts import Facts
from rules.finding import Finding, error
from rules.words import nearest

_MODES = ("shared", "dedicated")


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the annotation with both of its names, and misspelled names."""
    for i, ingress in enumerate(facts.stack.ingresses):
        if ingress.class_name != "cilium":
            continue
        for key, value in ingress.annotations.items():
            where = f"ingresses[{i}].annotations"
            if key in (MODE_ANNOTATION, OLD_MODE_ANNOTATION):
                if value not in _MODES:
                    yield error(where, "shared or dedicated", value, nearest(value, _MODES, "use one of them"))
            elif key.lower().replace("-", "").endswith("loadbalancermode"):
                yield error(where, MODE_ANNOTATION, key, f"rename it to {MODE_ANNOTATION}")
