"""Targets of Ingress drills: clients, addresses, their holder, and whether all is well."""

from __future__ import annotations

import json

from config.errors import EdgeError
from config.ingress import Ingress
from config.outpost import Outpost
from config.stack import StackConfig
from drills.addresses import address_of
from drills.drill import Testbed
from drills.faults import cilium
from effective.admission import into_ingress, outside
from effective.helm import reader
from effective.host_network import host_network


def usable(stack: StackConfig) -> bool:
    """Whether Cilium serves Ingresses on addresses that are announced by ARP, and admits a host outside the cluster."""
    if stack.ingress_controller is None or not (stack.ingresses and stack.l2_policies and stack.pools):
        return False
    if host_network(reader(stack), "ingressController") is not None:
        return False
    return bool(askers(stack))


def askers(stack: StackConfig) -> list[Outpost]:
    """The hosts on the link that the policies admit."""
    first, policies = pool_address(stack), [policy for _, policy in stack.guards()]
    return [
        host
        for host in stack.outposts
        if first in map(str, host.address.network.hosts())
        and into_ingress(policies, outside(host.address.ip, 80)).admitted
    ]


def pool_address(stack: StackConfig, index: int = 0) -> str:
    """The usable address of the first pool with that index."""
    block = stack.pools[0].blocks[0]
    return str((block.start or next(iter(block.prefixes[0].hosts()))) + index)


def shared_service(stack: StackConfig) -> str:
    """The Service of the shared Ingresses, as `NAMESPACE/NAME`."""
    return f"{stack.cilium.namespace}/{reader(stack)('ingressController.service.name') or 'cilium-ingress'}"


def dedicated_service(item: Ingress) -> str:
    """The Service of a dedicated Ingress, as `NAMESPACE/NAME`."""
    return f"{item.namespace}/cilium-ingress-{item.name}"


def dedicated(stack: StackConfig) -> Ingress | None:
    """The only Ingress of the stack with an address of its own."""
    controller = stack.ingress_controller
    found = [item for item in stack.ingresses if controller and item.mode(controller) == "dedicated"]
    return found[0] if len(found) == 1 else None


def certified(stack: StackConfig) -> tuple[Ingress, str, str] | None:
    """The dedicated Ingress, a host that it has a certificate for, and the Secret."""
    item = dedicated(stack)
    for tls in item.tls if item else ():
        if item and tls.hosts and tls.secret_name:
            return item, tls.hosts[0], tls.secret_name
    return None


def holder(testbed: Testbed) -> str:
    """The node that answers for the shared address."""
    service = shared_service(testbed.stack).replace("/", "-")
    lease = cilium(testbed, "get", "lease", f"cilium-l2announce-{service}", "-o", "json")
    return str(json.loads(lease)["spec"]["holderIdentity"])


def well(testbed: Testbed) -> bool:
    """Whether the address is held and answers, and every agent and every Envoy is ready."""
    try:
        for name in ("cilium", "cilium-envoy"):
            shown = json.loads(cilium(testbed, "get", "daemonset", name, "-o", "json"))["status"]
            if shown.get("numberReady", 0) < shown["desiredNumberScheduled"]:
                return False
        holder(testbed)
        address = address_of(testbed, shared_service(testbed.stack))
        asker = askers(testbed.stack)[0].name
        # The host's neighbor table may still have an address that no node announces any more.
        testbed.run(asker, f"ip neigh flush to {address}")
        ask = f"curl -s -o /dev/null -m 1 -w '%{{http_code}}' http://{address}/"
        return testbed.run(asker, ask) == "200"
    except EdgeError:
        return False
