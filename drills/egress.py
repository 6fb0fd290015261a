"""Drills of egress gateways, from the pods that an HA policy with zones selects."""

from __future__ import annotations

import json
import time

from config.egress import EgressPolicy
from config.labels import ZONE
from config.node import Node
from config.stack import StackConfig
from config.workload import Workload
from drills.acts import nothing, restart_agent
from drills.drill import Act, Drill, Ground, Stream, Streams


def policy(stack: StackConfig) -> EgressPolicy | None:
    """The stack's first HA policy."""
    return next((p for p in stack.egress_policies if p.egress_groups), None)


def gateways(stack: StackConfig) -> list[Node]:
    """Its gateways, in the order of the stack file."""
    ha = policy(stack)
    selectors = [group.node_selector for group in ha.egress_groups] if ha else []
    return [node for node in stack.nodes if any(s.matches(stack.node_labels(node)) for s in selectors)]


def clients(stack: StackConfig) -> list[Workload]:
    """The pods that it selects and whose node is known."""
    ha = policy(stack)
    selectors = [s.pod_selector for s in ha.selectors if s.pod_selector] if ha else []
    return [w for w in stack.workloads if w.node and any(s.matches(w.labels) for s in selectors)]


def _streams(near: float, far: float = 0.0, after: int = 2) -> Streams:
    """A stream from each client pod; `near` is the limit of those in the zone of the first gateway.

    The others, with `far`, lose nothing on the way back either where nothing may happen to them.
    """
    def streams(stack: StackConfig) -> tuple[Stream, ...]:
        ha, zones = policy(stack), {node.name: node.labels.get(ZONE) for node in stack.nodes}
        assert ha is not None
        outpost = next(o for o in stack.outposts if any(o.address.ip in cidr for cidr in ha.destination_cidrs))
        first = gateways(stack)[0].labels.get(ZONE)
        return tuple(
            Stream(f"{w.name} ({zones[w.node or '']})", f"pod/{w.name}", str(outpost.address.ip), outpost.port,
                   *((near, after) if zones[w.node or ""] == first else (far, after if far else 0)))
            for w in clients(stack)
        )  # fmt: skip

    return streams


def _frozen(*, first_only: bool = True) -> tuple[Act, Act]:
    def chosen(ground: Ground) -> list[Node]:
        return gateways(ground.stack)[:1] if first_only else gateways(ground.stack)

    def fault(ground: Ground) -> None:
        for node in chosen(ground):
            ground.silence(node.name)
            ground.freeze(node.name)

    def heal(ground: Ground) -> None:
        for node in chosen(ground):
            ground.thaw(node.name)
            ground.unsilence(node.name)

    return fault, heal


def well(ground: Ground) -> bool:
    """Every gateway is healthy and in use, and every agent has had time to follow."""
    ha = policy(ground.stack)
    assert ha is not None
    item = json.loads(ground.kubectl("get", "egressgatewayhapolicies", ha.name, "-o", "json"))
    groups = item.get("status", {}).get("groupStatuses", [])
    used = {ip for group in groups for ip in group.get("activeGatewayIPs", [])}
    return used == {str(node.address) for node in gateways(ground.stack)}


def _leader(ground: Ground) -> str:
    space = ground.stack.egress_ha.namespace
    lease = json.loads(ground.kubectl("-n", space, "get", "lease", "egress-ha", "-o", "json"))
    return str(lease["spec"]["holderIdentity"])


def _kill_leader_then_freeze(ground: Ground) -> None:
    # No orderly end: the Lease has to run out, or the restarted process to find its way again.
    space = ground.stack.egress_ha.namespace
    node = ground.kubectl("-n", space, "get", "pod", _leader(ground), "-o", "jsonpath={.spec.nodeName}")
    ground.run(node, "pkill -9 -f '[e]gress_ha controller'")
    _frozen()[0](ground)


def _flap(ground: Ground) -> None:
    node = gateways(ground.stack)[0].name
    until = time.monotonic() + 20
    while time.monotonic() < until:
        ground.silence(node)
        time.sleep(1)
        ground.unsilence(node)
        time.sleep(1)


_CUT_FIRST: tuple[Act, Act] = (
    lambda ground: ground.cut(gateways(ground.stack)[0].name),
    lambda ground: ground.join(gateways(ground.stack)[0].name),
)

DRILLS: tuple[Drill, ...] = (
    Drill("gateway-frozen", "the first gateway's processes stop and its link is silent", _streams(1.5), well,
          *_frozen(), during=5, after=8, back=5),
    Drill("gateway-cut", "the first gateway's link loses its carrier", _streams(1.5, after=10), well, *_CUT_FIRST,
          during=5, after=8, back=5),
    # Its kernel has dropped the addresses by then: they are asked for on the link and put on again.
    Drill("gateways-lost", "all gateways are frozen and silent, and come back", _streams(8, 8, after=75), well,
          *_frozen(first_only=False), during=6, after=10, back=8),
    Drill("leader-killed", "the leading controller is killed, and a gateway freezes at once", _streams(5), well,
          _kill_leader_then_freeze, _frozen()[1], during=8, after=10, back=6),
    Drill("gateway-flaps", "the first gateway's link goes silent every other second", _streams(6), well, _flap,
          nothing, during=20, after=30),
    Drill("gateway-agent-restart", "the Cilium agent on the first gateway is restarted", _streams(0), well,
          lambda ground: restart_agent(ground, gateways(ground.stack)[0].name), nothing, during=5, after=15),
)  # fmt: skip
