"""I5: Ingress listeners on the nodes' own network that cannot open.

Why: with hostNetwork there is no LoadBalancer Service. Envoy needs NET_BIND_SERVICE for ports below
1024, and each dedicated Ingress a port of its own, in an annotation.
Seen: only in Envoy's log.
Since: 1.16
Source: Cilium Ingress documentation (host network mode)

Bad: `ingressController: { hostNetwork: { port: 80 } }`
Good: `ingressController: { hostNetwork: { port: 8080 } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error

_PORT = "ingress.cilium.io/host-listener-port"


def check(facts: Facts) -> Iterator[Finding]:
    """The shared port, then those of dedicated Ingresses."""
    controller = facts.stack.ingress_controller
    if controller is None or controller.host_network is None:
        return
    network = controller.host_network
    allowed = "NET_BIND_SERVICE" in (facts.helm("envoy.securityContext.capabilities.envoy") or ())
    if network.port is not None and network.port < 1024 and not allowed:
        yield error(
            "ingressController.hostNetwork.port",
            "1024 or more, or the capability NET_BIND_SERVICE",
            network.port,
            "add NET_BIND_SERVICE to envoy.securityContext.capabilities.envoy and keepCapNetBindService",
        )
    used: dict[str, str] = {str(network.port or 8080): "the shared listener"}
    for i, ingress in enumerate(facts.stack.ingresses):
        if ingress.mode(controller) != "dedicated":
            continue
        where = f"ingresses[{i}].annotations"
        port = ingress.annotations.get(_PORT)
        if port is None:
            yield error(where, _PORT, "nothing", "give each dedicated Ingress a port of its own")
        elif port in used:
            yield error(where, f"a port that {used[port]} has not", port, "take another port")
        used.setdefault(port or "", ingress.name)
