"""Drills of egress gateways, with requests from the pods of an HA policy with zones."""

from __future__ import annotations

from drills.drill import Drill
from drills.egress_faults import CUT_FIRST, claim, flap, frozen, kill_leader_then_freeze, leave, replace_then_freeze
from drills.egress_targets import (
    gateways,
    loss_of_first,
    stranger_of,
    streams_elsewhere,
    streams_to_outpost,
    well,
    zone_of_first,
)
from drills.faults import nothing, restart_agent
from drills.upgrade import back, upgrade

# Seconds until another gateway serves: the timers take at most 1.75, then agents apply the policy.
_LOSS = 2.0
# The controller remembers a loss for a minute, and delays the return of a gateway with several losses.
_REST = 61.0

DRILLS: tuple[Drill, ...] = (
    Drill(
        "gateway-frozen",
        "the first gateway's processes stop and its link is silent",
        streams_to_outpost(_LOSS),
        well,
        *frozen(),
        during=5,
        after=9,
        back=7,
        rest=_REST,
        foresees=loss_of_first,
    ),
    Drill(
        "gateway-cut",
        "the first gateway's link loses its carrier",
        streams_to_outpost(_LOSS),
        well,
        *CUT_FIRST,
        during=5,
        after=8,
        back=5,
        rest=_REST,
        foresees=loss_of_first,
    ),
    Drill(
        "gateway-rebooted",
        "the first gateway loses power for 20 s, and boots",
        streams_to_outpost(_LOSS),
        well,
        lambda testbed: testbed.power_off(gateways(testbed.stack)[0].name),
        lambda testbed: testbed.power_on(gateways(testbed.stack)[0].name),
        during=20,
        # A node boots, its agent starts, and the gateway waits for the agent's datapath.
        after=70,
        back=60,
        rest=_REST,
        needs=lambda testbed: testbed.can_boot(),
        foresees=loss_of_first,
    ),
    Drill(
        "zone-lost",
        "all nodes of the first gateway's zone are frozen and silent",
        streams_elsewhere,
        well,
        *frozen(zone_of_first),
        during=6,
        after=10,
        back=8,
        rest=_REST,
    ),
    # The kernel has dropped the addresses by then: the gateway probes for them on the link and adds them again.
    Drill(
        "gateways-lost",
        "all gateways are frozen and silent, and come back",
        streams_to_outpost(8, 8, after=75),
        well,
        *frozen(gateways),
        during=6,
        after=10,
        back=8,
        rest=_REST,
    ),
    Drill(
        "leader-killed",
        "the leading controller is killed, and a gateway freezes at once",
        streams_to_outpost(5),
        well,
        kill_leader_then_freeze,
        frozen()[1],
        during=8,
        after=10,
        back=6,
        rest=_REST,
    ),
    # One controller runs all the time. The new one does not know any addresses yet.
    Drill(
        "controllers-replaced",
        "the controllers are replaced, as an upgrade does, and a gateway freezes",
        streams_to_outpost(5),
        well,
        replace_then_freeze,
        frozen()[1],
        during=15,
        after=15,
        back=8,
        rest=_REST,
    ),
    Drill(
        "gateway-flaps",
        "the first gateway's link goes silent every other second",
        streams_to_outpost(6),
        well,
        flap,
        lambda testbed: testbed.unsilence(gateways(testbed.stack)[0].name),
        during=20,
        after=30,
        back=10,
        rest=_REST,
    ),
    Drill(
        "gateway-agent-restart",
        "the Cilium agent on the first gateway is restarted",
        streams_to_outpost(0),
        well,
        lambda testbed: restart_agent(testbed, gateways(testbed.stack)[0].name),
        nothing,
        during=5,
        after=15,
    ),
    Drill(
        "gateways-upgraded",
        "Cilium's operator and agents are upgraded, those of the gateways too",
        streams_to_outpost(1, 1, after=2),
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
        streams_to_outpost(1),
        well,
        claim,
        leave,
        during=5,
        after=5,
        back=1,
        possible=lambda stack: stranger_of(stack) is not None,
    ),
)
