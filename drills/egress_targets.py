"""Targets of egress drills: the HA policy with zones, its gateways, its clients and its destination."""

from __future__ import annotations

import json
from typing import Any

from config.egress import EgressPolicy
from config.labels import ZONE
from config.node import Node
from config.outpost import Outpost
from config.stack import StackConfig
from config.workload import Workload
from drills.drill import Stream, Streams, Testbed
from failures.thing import Kind


def usable(stack: StackConfig) -> bool:
    """Whether the stack has an HA policy with clients and at least two gateways."""
    return policy(stack) is not None and bool(clients(stack)) and len(gateways(stack)) > 1


def policy(stack: StackConfig) -> EgressPolicy | None:
    """The stack's first HA policy."""
    return next((p for p in stack.egress_policies if p.egress_groups), None)


def gateways(stack: StackConfig) -> list[Node]:
    """The policy's gateways, in the order of the stack file."""
    ha = policy(stack)
    selectors = [group.node_selector for group in ha.egress_groups] if ha else []
    return [node for node in stack.nodes if any(s.matches(stack.node_labels(node)) for s in selectors)]


def clients(stack: StackConfig) -> list[Workload]:
    """The selected pods with a known node."""
    ha = policy(stack)
    selectors = [s.pod_selector for s in ha.selectors if s.pod_selector] if ha else []
    return [w for w in stack.workloads if w.node and any(s.matches(w.labels) for s in selectors)]


# The agents of client and gateway apply a changed policy independently of each other: this costs 0 or 1 request on
# an idle machine, and up to 5 were observed on a busy one.
_ON_RETURN = 10


def streams_to_outpost(near: float, far: float = 0.0, after: int = _ON_RETURN) -> Streams:
    """A stream from each client pod. `near`: the limit in the zone of the first gateway. `far`: the limit elsewhere.

    With `far` 0, the other streams must not lose a request on the return, either.
    """

    def streams(stack: StackConfig) -> tuple[Stream, ...]:
        zones = {node.name: node.labels.get(ZONE) for node in stack.nodes}
        outpost = asked(stack)
        first = gateways(stack)[0].labels.get(ZONE)
        return tuple(
            Stream(
                f"{w.name} ({zones[w.node or '']})",
                f"pod/{w.name}",
                str(outpost.address.ip),
                outpost.port,
                *((near, after) if zones[w.node or ""] == first else (far, after if far else 0)),
            )
            for w in clients(stack)
        )

    return streams


def zone_of_first(stack: StackConfig) -> list[Node]:
    """The nodes of the first gateway's zone, except control planes: the API must keep running."""
    zone = gateways(stack)[0].labels.get(ZONE)
    return [node for node in stack.nodes if node.labels.get(ZONE) == zone and node.role != "control-plane"]


def streams_elsewhere(stack: StackConfig) -> tuple[Stream, ...]:
    """The streams from zones other than the first gateway's, which lose nothing."""
    lost = {node.name for node in zone_of_first(stack)}
    names = [w.name for w in clients(stack) if w.node not in lost]
    return tuple(s for s in streams_to_outpost(0)(stack) if s.where.removeprefix("pod/") in names)


def well(testbed: Testbed) -> bool:
    """Whether every gateway is healthy and in use, and every agent has had time to follow."""
    used = {ip for group in statuses(testbed) for ip in group.get("activeGatewayIPs", [])}
    return used == {str(node.address) for node in gateways(testbed.stack)}


def statuses(testbed: Testbed) -> list[Any]:
    ha = policy(testbed.stack)
    assert ha is not None
    item = json.loads(testbed.kubectl("get", "egressgatewayhapolicies", ha.name, "-o", "json"))
    return list(item.get("status", {}).get("groupStatuses", []))


def asked(stack: StackConfig) -> Outpost:
    """The destination of the policy's traffic."""
    ha = policy(stack)
    assert ha is not None
    return next(o for o in stack.outposts if any(o.address.ip in cidr for cidr in ha.destination_cidrs))


def stranger_of(stack: StackConfig) -> Outpost | None:
    """Another host on the gateways' link."""
    return next((o for o in stack.outposts if o is not asked(stack)), None)


def loss_of_first(stack: StackConfig) -> tuple[str, Kind, str]:
    """The loss of the first gateway, for the HA policy."""
    ha = policy(stack)
    return f"gateway {gateways(stack)[0].name}", "egress", ha.name if ha else ""
