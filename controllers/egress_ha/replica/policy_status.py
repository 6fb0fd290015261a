"""The status of a policy, as the leader writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.egress import HA_SATISFIED
from config.net import Address
from controllers.egress_ha.replica.candidates import Candidates, Chosen
from controllers.egress_ha.replica.declared_policy import DeclaredPolicy
from controllers.egress_ha.replica.members import Member
from transport.kube_requests import Object


def policy_status(
    item: DeclaredPolicy, candidates: Candidates, chosen: Chosen, assigned: Mapping[Address, Address], short: str
) -> Object:
    """The status without transition times. `short`: why not every gateway has an address; empty if each has one."""
    groups = [_group_status(pool, candidates, chosen, assigned) for _, pool in candidates.pools]
    status: Object = {"observedGeneration": item.generation, "groupStatuses": groups}
    if item.policy.egress_cidrs:
        status["conditions"] = [_satisfied(item, short)]
    return status


def _group_status(
    pool: Sequence[Member], candidates: Candidates, chosen: Chosen, assigned: Mapping[Address, Address]
) -> Object:
    active = {member.address for picks in chosen.values() for member in picks}
    mine = {member.address for member in pool}
    group: dict[str, Any] = {
        "activeGatewayIPs": [str(m.address) for m in pool if m.address in active],
        "healthyGatewayIPs": [str(m.address) for m in pool if candidates.healthy(m)],
    }
    by_zone = {zone: [str(m.address) for m in picks if m.address in mine] for zone, picks in chosen.items() if zone}
    if by_zone:
        group["activeGatewayIPsByAZ"] = by_zone
    if assigned:
        group["egressIPByGatewayIP"] = {str(m.address): str(assigned[m.address]) for m in pool if m.address in assigned}
    return group


def _satisfied(item: DeclaredPolicy, short: str) -> Object:
    """The condition about the gateways' addresses."""
    return {
        "type": HA_SATISFIED,
        "status": "False" if short else "True",
        "reason": "AddressesExhausted" if short else "Allocated",
        "message": short or "allocation requests satisfied",
        "observedGeneration": item.generation,
    }


def with_transition_times(status: Object, before: Object, now: datetime) -> Object:
    """The status with the last transition of each condition. A condition that did not change keeps its time."""
    known = {c["type"]: c for c in before.get("conditions", [])}
    conditions = []
    for condition in status.get("conditions", []):
        old = known.get(condition["type"], {})
        changed = old.get("status") != condition["status"] or "lastTransitionTime" not in old
        stamp = now.isoformat(timespec="seconds").replace("+00:00", "Z") if changed else old["lastTransitionTime"]
        conditions.append({**condition, "lastTransitionTime": stamp})
    return {**status, **({"conditions": conditions} if conditions else {})}
