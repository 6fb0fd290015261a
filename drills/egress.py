"""Drills of egress gateways, with requests from the pods of an HA policy with zones."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from config.egress import EgressPolicy
from config.labels import ZONE
from config.node import Node
from config.outpost import Outpost
from config.stack import StackConfig
from config.workload import Workload
from drills.drill import Action, Drill, Stream, Streams, Testbed
from drills.faults import nothing, restart_agent
from drills.upgrade import back, upgrade
from failures.thing import Kind


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


def _streams(near: float, far: float = 0.0, after: int = _ON_RETURN) -> Streams:
    """A stream from each client pod. `near`: the limit in the zone of the first gateway. `far`: the limit elsewhere.

    With `far` 0, the other streams must not lose a request on the return, either.
    """

    def streams(stack: StackConfig) -> tuple[Stream, ...]:
        zones = {node.name: node.labels.get(ZONE) for node in stack.nodes}
        outpost = _asked(stack)
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


def _zone(stack: StackConfig) -> list[Node]:
    """The nodes of the first gateway's zone, except control planes: the API must keep running."""
    zone = gateways(stack)[0].labels.get(ZONE)
    return [node for node in stack.nodes if node.labels.get(ZONE) == zone and node.role != "control-plane"]


def _elsewhere(stack: StackConfig) -> tuple[Stream, ...]:
    """The streams from zones other than the first gateway's, which lose nothing."""
    lost = {node.name for node in _zone(stack)}
    names = [w.name for w in clients(stack) if w.node not in lost]
    return tuple(s for s in _streams(0)(stack) if s.where.removeprefix("pod/") in names)


def _frozen(chosen: Callable[[StackConfig], list[Node]] = lambda stack: gateways(stack)[:1]) -> tuple[Action, Action]:
    def fault(testbed: Testbed) -> None:
        for node in chosen(testbed.stack):
            testbed.silence(node.name)
            testbed.freeze(node.name)

    def heal(testbed: Testbed) -> None:
        for node in chosen(testbed.stack):
            testbed.thaw(node.name)
            testbed.unsilence(node.name)

    return fault, heal


def well(testbed: Testbed) -> bool:
    """Whether every gateway is healthy and in use, and every agent has had time to follow."""
    used = {ip for group in _statuses(testbed) for ip in group.get("activeGatewayIPs", [])}
    return used == {str(node.address) for node in gateways(testbed.stack)}


def _statuses(testbed: Testbed) -> list[Any]:
    ha = policy(testbed.stack)
    assert ha is not None
    item = json.loads(testbed.kubectl("get", "egressgatewayhapolicies", ha.name, "-o", "json"))
    return list(item.get("status", {}).get("groupStatuses", []))


def _leader(testbed: Testbed) -> str:
    space = testbed.stack.egress_ha.namespace
    lease = json.loads(testbed.kubectl("-n", space, "get", "lease", "egress-ha", "-o", "json"))
    return str(lease["spec"]["holderIdentity"])


def _kill_leader_then_freeze(testbed: Testbed) -> None:
    # A killed controller does not release its Lease: the Lease must expire, or the restarted process must resume.
    space = testbed.stack.egress_ha.namespace
    node = testbed.kubectl("-n", space, "get", "pod", _leader(testbed), "-o", "jsonpath={.spec.nodeName}")
    testbed.run(node, "pkill -9 -f '[e]gress_ha controller'")
    _frozen()[0](testbed)


def _replace_then_freeze(testbed: Testbed) -> None:
    testbed.kubectl("-n", testbed.stack.egress_ha.namespace, "rollout", "restart", "deployment/egress-ha-controller")
    _frozen()[0](testbed)


def _flap(testbed: Testbed) -> None:
    node = gateways(testbed.stack)[0].name
    until = time.monotonic() + 20
    while time.monotonic() < until:
        testbed.silence(node)
        time.sleep(1)
        testbed.unsilence(node)
        time.sleep(1)


def _address(testbed: Testbed) -> str:
    """The egress IP of the first gateway."""
    first = str(gateways(testbed.stack)[0].address)
    return str(_statuses(testbed)[0]["egressIPByGatewayIP"][first])


def _claim(testbed: Testbed) -> None:
    """Another host on the link takes the egress IP, and its ping announces this to the server."""
    stranger, to = stranger_of(testbed.stack), _asked(testbed.stack).address.ip
    assert stranger is not None
    testbed.run(
        stranger.name,
        f"""dev=$(ip -o -4 address show to {stranger.address.ip} | awk '{{print $2}}')
ip address add {_address(testbed)}/32 dev "$dev"
ip neighbor flush to {to}
ping -c 1 -W 1 -I {_address(testbed)} {to} >/dev/null || true
""",
    )


def _leave(testbed: Testbed) -> None:
    ha, stranger = policy(testbed.stack), stranger_of(testbed.stack)
    assert ha is not None and stranger is not None
    for cidr in ha.egress_cidrs:
        testbed.run(
            stranger.name,
            f"""ip -o -4 address show to {cidr} | while read -r _ dev _ address _; do
	ip address del "$address" dev "$dev"
done""",
        )


def _asked(stack: StackConfig) -> Outpost:
    """The destination of the policy's traffic."""
    ha = policy(stack)
    assert ha is not None
    return next(o for o in stack.outposts if any(o.address.ip in cidr for cidr in ha.destination_cidrs))


def stranger_of(stack: StackConfig) -> Outpost | None:
    """Another host on the gateways' link."""
    return next((o for o in stack.outposts if o is not _asked(stack)), None)


_CUT_FIRST: tuple[Action, Action] = (
    lambda testbed: testbed.cut(gateways(testbed.stack)[0].name),
    lambda testbed: testbed.join(gateways(testbed.stack)[0].name),
)


def _first(stack: StackConfig) -> tuple[str, Kind, str]:
    """The loss of the first gateway, for the HA policy."""
    ha = policy(stack)
    return f"gateway {gateways(stack)[0].name}", "egress", ha.name if ha else ""


# Seconds until another gateway serves: the timers take at most 1.75, then agents apply the policy.
_LOSS = 2.0
# The controller remembers a loss for a minute, and delays the return of a gateway with several losses.
_REST = 61.0

DRILLS: tuple[Drill, ...] = (
    Drill(
        "gateway-frozen",
        "the first gateway's processes stop and its link is silent",
        _streams(_LOSS),
        well,
        *_frozen(),
        during=5,
        after=9,
        back=7,
        rest=_REST,
        foresees=_first,
    ),
    Drill(
        "gateway-cut",
        "the first gateway's link loses its carrier",
        _streams(_LOSS),
        well,
        *_CUT_FIRST,
        during=5,
        after=8,
        back=5,
        rest=_REST,
        foresees=_first,
    ),
    Drill(
        "gateway-rebooted",
        "the first gateway loses power for 20 s, and boots",
        _streams(_LOSS),
        well,
        lambda testbed: testbed.power_off(gateways(testbed.stack)[0].name),
        lambda testbed: testbed.power_on(gateways(testbed.stack)[0].name),
        during=20,
        # A node boots, its agent starts, and the gateway waits for the agent's datapath.
        after=70,
        back=60,
        rest=_REST,
        needs=lambda testbed: testbed.can_boot(),
        foresees=_first,
    ),
    Drill(
        "zone-lost",
        "all nodes of the first gateway's zone are frozen and silent",
        _elsewhere,
        well,
        *_frozen(_zone),
        during=6,
        after=10,
        back=8,
        rest=_REST,
    ),
    # The kernel has dropped the addresses by then: the gateway probes for them on the link and adds them again.
    Drill(
        "gateways-lost",
        "all gateways are frozen and silent, and come back",
        _streams(8, 8, after=75),
        well,
        *_frozen(gateways),
        during=6,
        after=10,
        back=8,
        rest=_REST,
    ),
    Drill(
        "leader-killed",
        "the leading controller is killed, and a gateway freezes at once",
        _streams(5),
        well,
        _kill_leader_then_freeze,
        _frozen()[1],
        during=8,
        after=10,
        back=6,
        rest=_REST,
    ),
    # One controller runs all the time. The new one does not know any addresses yet.
    Drill(
        "controllers-replaced",
        "the controllers are replaced, as an upgrade does, and a gateway freezes",
        _streams(5),
        well,
        _replace_then_freeze,
        _frozen()[1],
        during=15,
        after=15,
        back=8,
        rest=_REST,
    ),
    Drill(
        "gateway-flaps",
        "the first gateway's link goes silent every other second",
        _streams(6),
        well,
        _flap,
        nothing,
        during=20,
        after=30,
        back=10,
        rest=_REST,
    ),
    Drill(
        "gateway-agent-restart",
        "the Cilium agent on the first gateway is restarted",
        _streams(0),
        well,
        lambda testbed: restart_agent(testbed, gateways(testbed.stack)[0].name),
        nothing,
        during=5,
        after=15,
    ),
    Drill(
        "gateways-upgraded",
        "Cilium's operator and agents are upgraded, those of the gateways too",
        _streams(1, 1, after=2),
        well,
        upgrade,
        nothing,
        during=90,
        after=30,
        restore=back,
        needs=lambda testbed: testbed.newer_cilium(),
    ),
    Drill(
        "address-conflict",
        "another host takes the first gateway's egress address",
        _streams(1),
        well,
        _claim,
        _leave,
        during=5,
        after=5,
        back=1,
        possible=lambda stack: stranger_of(stack) is not None,
    ),
)
