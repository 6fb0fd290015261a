"""Faults of egress drills, and their healing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from config.errors import EdgeError
from config.node import Node
from config.stack import StackConfig
from drills.drill import Action, Testbed
from drills.egress_targets import asked, gateways, policy, statuses, stranger_of


def frozen(chosen: Callable[[StackConfig], list[Node]] = lambda stack: gateways(stack)[:1]) -> tuple[Action, Action]:
    """Fault and heal: the nodes freeze, and their links are silent."""

    def fault(testbed: Testbed) -> None:
        for node in chosen(testbed.stack):
            testbed.silence(node.name)
            testbed.freeze(node.name)

    def heal(testbed: Testbed) -> None:
        errors = []
        for node in chosen(testbed.stack):
            for back in (testbed.thaw, testbed.unsilence):
                try:
                    back(node.name)
                except EdgeError as error:
                    # The other nodes must not stay frozen.
                    errors.append(error)
        if errors:
            raise errors[0]

    return fault, heal


def _leader(testbed: Testbed) -> str:
    space = testbed.stack.egress_ha.namespace
    lease = json.loads(testbed.kubectl("-n", space, "get", "lease", "egress-ha", "-o", "json"))
    return str(lease["spec"]["holderIdentity"])


def kill_leader_then_freeze(testbed: Testbed) -> None:
    """The leading controller is killed, and the first gateway freezes."""
    # A killed controller does not release its Lease: the Lease must expire, or the restarted process must resume.
    space = testbed.stack.egress_ha.namespace
    node = testbed.kubectl("-n", space, "get", "pod", _leader(testbed), "-o", "jsonpath={.spec.nodeName}")
    testbed.run(node, "pkill -9 -f '[e]gress_ha controller'")
    frozen()[0](testbed)


def replace_then_freeze(testbed: Testbed) -> None:
    """The controllers are rolled out anew, and the first gateway freezes."""
    testbed.kubectl("-n", testbed.stack.egress_ha.namespace, "rollout", "restart", "deployment/egress-ha-controller")
    frozen()[0](testbed)


def flap(testbed: Testbed) -> None:
    """The link of the first gateway is silent every other second, for 20 s."""
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
    return str(statuses(testbed)[0]["egressIPByGatewayIP"][first])


def claim(testbed: Testbed) -> None:
    """Another host on the link takes the egress IP, and its ping announces this to the server."""
    stranger, to = stranger_of(testbed.stack), asked(testbed.stack).address.ip
    assert stranger is not None
    testbed.run(
        stranger.name,
        f"""set -eu
dev=$(ip -o -4 address show to {stranger.address.ip} | awk '{{print $2}}')
ip address add {_address(testbed)}/32 dev "$dev"
ip neighbor flush to {to}
ping -c 1 -W 1 -I {_address(testbed)} {to} >/dev/null || true
""",
    )


def leave(testbed: Testbed) -> None:
    """The other host gives the egress IPs back."""
    ha, stranger = policy(testbed.stack), stranger_of(testbed.stack)
    assert ha is not None and stranger is not None
    for cidr in ha.egress_cidrs:
        testbed.run(
            stranger.name,
            f"""ip -o -4 address show to {cidr} | while read -r _ dev _ address _; do
	ip address del "$address" dev "$dev"
done""",
        )


# Fault and heal: the link of the first gateway has no carrier.
CUT_FIRST: tuple[Action, Action] = (
    lambda testbed: testbed.cut(gateways(testbed.stack)[0].name),
    lambda testbed: testbed.join(gateways(testbed.stack)[0].name),
)
