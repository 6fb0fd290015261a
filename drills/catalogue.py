"""The drills for a stack."""

from __future__ import annotations

from config.stack import StackConfig
from drills import egress, egress_targets, ingress, ingress_targets, routing, routing_targets
from drills.drill import Drill


def drills_for(stack: StackConfig) -> tuple[Drill, ...]:
    """The drills that are possible with the parts of the stack."""
    found: tuple[Drill, ...] = ()
    if egress_targets.usable(stack):
        found += egress.DRILLS
    if ingress_targets.usable(stack):
        found += ingress.DRILLS
    if routing_targets.usable(stack):
        found += routing.DRILLS
    return tuple(drill for drill in found if drill.possible(stack))
