"""I5: An Ingress listener on the host network cannot open its port.

Why: With hostNetwork there is no LoadBalancer Service. Envoy needs NET_BIND_SERVICE for ports below 1024. Each
dedicated Ingress needs its own port, in an annotation. Before Cilium 1.18.1 the operator creates an invalid Service
for a dedicated Ingress.
Seen: Only in Envoy's log, or in the operator's log.
Since: 1.16
Source: Cilium Ingress documentation (host network mode); cilium/cilium #34028, #40232

Bad: `ingressController: { hostNetwork: { port: 80 } }`
Good: `ingressController: { hostNetwork: { port: 8080 } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.ingress import HOST_PORT, PREFIX
from rules.facts import Facts
from rules.finding import Finding, error

# Before this release, the operator sets externalTrafficPolicy in a Service of type ClusterIP.
_FIXED = (1, 18, 1)
_HOW = "add NET_BIND_SERVICE to the proxy's capabilities, with envoy.securityContext.capabilities.keepCapNetBindService"


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the shared port, then the ports of dedicated Ingresses."""
    controller = facts.stack.ingress_controller
    if controller is None or controller.host_network is None:
        return
    network = controller.host_network
    allowed = _may_bind(facts)
    shared = network.port or 8080
    if shared < 1024 and not allowed:
        yield error(
            "ingressController.hostNetwork.port", "1024 or more, or the capability NET_BIND_SERVICE", shared, _HOW
        )
    used: dict[str, str] = {str(shared): "the shared listener"}
    for i, ingress in enumerate(facts.stack.ingresses):
        if ingress.class_name != "cilium" or ingress.mode(controller) != "dedicated":
            continue
        if facts.stack.cilium.exact < _FIXED:
            yield error(
                f"ingresses[{i}].loadBalancerMode",
                "shared, or Cilium 1.18.1",
                f"dedicated with {facts.stack.cilium.version}",
                "use one of the two: the API refuses the Service that this operator creates, and no listener opens",
            )
        where = f"ingresses[{i}].annotations"
        port = ingress.annotation(HOST_PORT)
        if port is None:
            yield error(where, f"{PREFIX}{HOST_PORT}", "nothing", "give each dedicated Ingress a port of its own")
            continue
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            yield error(where, "a port number", port, "write it as a number, such as 8081")
        elif int(port) < 1024 and not allowed:
            yield error(where, "1024 or more, or the capability NET_BIND_SERVICE", port, _HOW)
        elif port in used:
            yield error(where, f"a port that {used[port]} does not use", port, "take another port")
        used.setdefault(port, ingress.name)


def _may_bind(facts: Facts) -> bool:
    """Whether the running proxy (its own DaemonSet, or inside the agent) may bind low ports."""
    own = facts.helm("envoy.enabled") not in (False, "false")
    key = "envoy.securityContext.capabilities" if own else "securityContext.capabilities"
    given = facts.helm(f"{key}.{'envoy' if own else 'ciliumAgent'}")
    keeps = not own or facts.on(f"{key}.keepCapNetBindService")
    return keeps and isinstance(given, list) and "NET_BIND_SERVICE" in given
