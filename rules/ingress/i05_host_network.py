"""I5: A listener on the host network cannot open its port.

Why: With hostNetwork there is no LoadBalancer Service. Envoy needs NET_BIND_SERVICE for ports below 1024. Each
dedicated Ingress needs its own port, in an annotation. Each Gateway needs ports that no other listener of the nodes
has. Before Cilium 1.18.1 the operator creates an invalid Service for a dedicated Ingress.
Seen: Only in Envoy's log, or in the operator's log.
Since: 1.16
Source: Cilium Ingress and Gateway API documentation (host network mode); cilium/cilium #34028, #40232

Bad: `ingressController: { hostNetwork: { port: 80 } }`
Good: `ingressController: { hostNetwork: { port: 8080 } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.ingress import HOST_PORT, PREFIX
from effective.host_network import HostNetwork, host_network
from effective.made import gateways
from rules.facts import Facts
from rules.finding import Finding, error

# Before this release, the operator sets externalTrafficPolicy in a Service of type ClusterIP.
_FIXED = (1, 18, 1)
_WANTED = "1024 or more, or the capability NET_BIND_SERVICE"
_HOW = "add NET_BIND_SERVICE to the proxy's capabilities, with envoy.securityContext.capabilities.keepCapNetBindService"


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the shared port, then the ports of dedicated Ingresses, then those of Gateways."""
    controller = facts.stack.ingress_controller
    network = host_network(facts.helm, "ingressController") if controller is not None else None
    # Port -> its owner on the nodes.
    used: dict[str, str] = {}
    if network is not None:
        yield from _of_ingresses(facts, network, used)
    beside = host_network(facts.helm, "gatewayAPI") if facts.on("gatewayAPI.enabled") else None
    if beside is not None:
        common = network is not None and set(network.nodes(facts.stack)) & set(beside.nodes(facts.stack))
        yield from _of_gateways(facts, used if common else {})


def _of_ingresses(facts: Facts, network: HostNetwork, used: dict[str, str]) -> Iterator[Finding]:
    controller = facts.stack.ingress_controller
    assert controller is not None
    allowed, shared = _may_bind(facts), network.shared_port
    if shared < 1024 and not allowed:
        given = controller.host_network is not None and controller.host_network.port is not None
        values = "cilium.values.ingressController.hostNetwork.sharedListenerPort"
        yield error("ingressController.hostNetwork.port" if given else values, _WANTED, shared, _HOW)
    used[str(shared)] = "the shared listener"
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
            yield error(where, _WANTED, port, _HOW)
        elif port in used:
            yield error(where, f"a port that {used[port]} does not use", port, "take another port")
        used.setdefault(port, ingress.name)


def _of_gateways(facts: Facts, used: dict[str, str]) -> Iterator[Finding]:
    """The listeners of one Gateway may share a port."""
    allowed = _may_bind(facts)
    for path, gateway in gateways(facts.stack):
        mine = f"Gateway {gateway.name}"
        for i, listener in enumerate(gateway.listeners):
            where, owner = f"{path}.listeners[{i}].port", used.setdefault(str(listener.port), mine)
            if listener.port < 1024 and not allowed:
                yield error(where, _WANTED, listener.port, _HOW)
            elif owner != mine:
                yield error(where, f"a port that {owner} does not use", listener.port, "take another port")


def _may_bind(facts: Facts) -> bool:
    """Whether the running proxy (its own DaemonSet, or inside the agent) may bind low ports."""
    own = facts.helm("envoy.enabled") not in (False, "false")
    key = "envoy.securityContext.capabilities" if own else "securityContext.capabilities"
    given = facts.helm(f"{key}.{'envoy' if own else 'ciliumAgent'}")
    keeps = not own or facts.on(f"{key}.keepCapNetBindService")
    return keeps and isinstance(given, list) and "NET_BIND_SERVICE" in given
