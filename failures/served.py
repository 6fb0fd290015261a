"""Services of nodes: L2 announcements, egress gateways, the pods behind a Service, the API server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from config.egress import EgressPolicy
from config.labels import ZONE
from config.node import Interface, Node
from config.stack import StackConfig
from config.workload import L2_CLASS, Service, service_labels
from effective.behind import behind
from effective.devices import announcing, named
from effective.helm import reader
from effective.leases import takeover
from failures.routes import called
from failures.thing import RedundantPath, Thing

# Seconds after a node's last sign of life until its pods leave all Services, and until they run on other nodes
# (Kubernetes' defaults).
NOT_READY, EVICTED = 50.0, 350.0
# Seconds that agents and the datapath need to apply a change.
_FOLLOW = 1.0


def things(stack: StackConfig) -> Iterator[Thing]:
    """Announcements, egress policies, backends, and the API server."""
    yield from _announcements(stack)
    yield from (thing for policy in stack.egress_policies for thing in _egress(stack, policy))
    yield from _backends(stack)
    control_planes = [node for node in stack.nodes if node.role == "control-plane"]
    if control_planes:
        paths = tuple(RedundantPath(frozenset({f"node/{node.name}"})) for node in control_planes)
        yield Thing("API server", ("new addresses, pods and Leases",), paths, "control planes")


def _announcements(stack: StackConfig) -> Iterator[Thing]:
    """L2 announcements. Services that the same nodes may announce are one thing.

    The holder has to renew its Lease, so that the loss of the API server ends the Lease too.
    """
    helm = reader(stack)
    seconds, devices = takeover(helm) + _FOLLOW, named(helm)
    control_planes = [node for node in stack.nodes if node.role == "control-plane"]
    api = {f"node/{control_planes[0].name}"} if len(control_planes) == 1 else set()
    alike: dict[tuple[tuple[str, str], ...], list[Service]] = defaultdict(list)
    for service in stack.services:
        if service.type == "LoadBalancer" and service.load_balancer_class in (None, L2_CLASS):
            links = tuple(_announcing(stack, service, devices))
            if links:
                alike[links].append(service)
    for links, services in alike.items():
        paths = tuple(
            RedundantPath(frozenset({f"node/{node}", f"link/{node}/{link}", *api}), seconds) for node, link in links
        )
        yield Thing("announcement", tuple(map(called, services)), paths, "possible holders", used=1)


def _announcing(stack: StackConfig, service: Service, devices: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    chosen = [
        policy
        for policy in stack.l2_policies
        if policy.load_balancer_ips
        and (policy.service_selector is None or policy.service_selector.matches(service_labels(service)))
    ]
    for node in stack.nodes:
        for policy in chosen:
            if policy.node_selector is None or policy.node_selector.matches(stack.node_labels(node)):
                link = next((i.name for i in announcing(policy, node, devices) if isinstance(i, Interface)), None)
                if link:
                    yield node.name, link
                    break


def _egress(stack: StackConfig, policy: EgressPolicy) -> Iterator[Thing]:
    """Egress gateways. The HA form fails over. With Cilium's own kind, only the first node of each entry serves."""
    ha = stack.egress_ha
    seconds = ha.misses * ha.probe_interval + _FOLLOW if policy.by_controller(stack.cilium.edition) else 0.0
    for path, entry in policy.gateways():
        nodes = [node for node in stack.nodes if entry.node_selector.matches(stack.node_labels(node))]
        if not policy.egress_groups:
            nodes = sorted(nodes, key=lambda node: node.name)[:1]
        used = getattr(entry, "max_gateway_nodes", None)
        for zone, there in _by_zone(stack, policy, nodes):
            name = f"{policy.name} {path}" if len(policy.gateways()) > 1 else policy.name
            paths = tuple(
                RedundantPath(frozenset({f"node/{node.name}", f"gateway/{node.name}"}), seconds) for node in there
            )
            yield Thing("egress", (f"{name} for pods of {zone}" if zone else name,), paths, "gateways", used=used)


def _by_zone(stack: StackConfig, policy: EgressPolicy, nodes: list[Node]) -> Iterator[tuple[str, list[Node]]]:
    """With `localOnly`, pods use only the gateways of their own zone."""
    if policy.az_affinity != "localOnly":
        yield "", nodes
        return
    zones: dict[str, list[Node]] = {stack.node_labels(node).get(ZONE, ""): [] for node in stack.nodes}
    for node in nodes:
        zones[stack.node_labels(node).get(ZONE, "")].append(node)
    yield from ((zone, there) for zone, there in sorted(zones.items()) if zone)


def _backends(stack: StackConfig) -> Iterator[Thing]:
    """The Services with declared pods."""
    for service in stack.services:
        paths: list[RedundantPath] = []
        for one in behind(stack, service):
            if one.node:
                paths.append(RedundantPath(frozenset({f"node/{one.node}"}), NOT_READY))
            elif one.replicas == 1:
                paths.append(RedundantPath(frozenset({f"pod/{one.name}"}), EVICTED))
            else:
                # The scheduler prefers different nodes for the replicas.
                paths += [
                    RedundantPath(frozenset({f"pod/{one.name} {n}"}), NOT_READY) for n in range(1, one.replicas + 1)
                ]
        if paths:
            yield Thing("backends", (called(service),), tuple(paths), "pods")
