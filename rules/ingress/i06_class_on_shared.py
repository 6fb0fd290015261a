"""I6: A loadbalancer-class annotation is on an Ingress that shares its Service.

Why: The annotation applies to dedicated Ingresses only. The shared Service takes its class from the Helm values.
Seen: Nowhere.
Since: 1.16
Source: Cilium Ingress documentation

Bad: a shared Ingress with `ingress.cilium.io/loadbalancer-class: io.cilium/l2-announcer`
Good: `ingressController: { loadBalancerClass: io.cilium/l2-announcer }`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.ingress import PREFIX
from rules.facts import Facts
from rules.finding import Finding, warning

_CLASS = "loadbalancer-class"


def check(facts: Facts) -> Iterator[Finding]:
    """Checks for Ingresses in shared mode with the annotation."""
    controller = facts.stack.ingress_controller
    if controller is None:
        return
    for i, ingress in enumerate(facts.stack.ingresses):
        if (
            ingress.class_name == "cilium"
            and ingress.annotation(_CLASS) is not None
            and ingress.mode(controller) == "shared"
        ):
            yield warning(
                f"ingresses[{i}].annotations",
                f"{PREFIX}{_CLASS} on a dedicated Ingress only",
                "a shared Ingress",
                "set ingressController.loadBalancerClass, or make it dedicated",
            )
