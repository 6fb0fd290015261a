"""Everything that follows from what is known now: policies, status, addresses. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from config.egress import HA_SATISFIED, EgressGroup, EgressPolicy
from config.net import Address, Prefix
from controllers.egress_ha.protocol.status import group_statuses
from controllers.egress_ha.replica import placement
from controllers.egress_ha.replica.address_allocator import AddressAllocator
from controllers.egress_ha.replica.cilium_policies import Manifest, zone_policies
from controllers.egress_ha.replica.members import Member, group_members

Pools = Sequence[tuple[EgressGroup, list[Member]]]


@dataclass(frozen=True)
class DeclaredPolicy:
    """An EgressGatewayHAPolicy as the API has it."""

    policy: EgressPolicy
    uid: str
    generation: int
    created: str
    status: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Observations:
    """What the decision rests on. `serving`: node address -> whether to use the gateway.

    `answering`: those that could serve although they are not to be used yet, where nobody else does.
    `cut`: the destinations that a gateway has no way to. `unready`: gateways that traffic should not go back to yet.
    """

    nodes: Mapping[str, Member]
    serving: Mapping[Address, bool]
    answering: AbstractSet[Address] = frozenset()
    lists: bool = True
    cut: Mapping[Address, AbstractSet[Prefix]] = field(default_factory=dict)
    unready: AbstractSet[Address] = frozenset()


@dataclass
class Decision:
    """What is to be for one policy. `policies` None: leave what is there, nobody serves."""

    declared: DeclaredPolicy
    policies: list[Manifest] | None
    status: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def decide(declared: Sequence[DeclaredPolicy], known: Observations, book: AddressAllocator) -> list[Decision]:
    """A decision for each policy; addresses are given out in the order of the policies' age."""
    order = sorted(declared, key=lambda item: (item.created, item.policy.name))
    return [_decide(item, known, book) for item in order]


def _decide(item: DeclaredPolicy, known: Observations, book: AddressAllocator) -> Decision:
    policy = item.policy
    pools = [(group, group_members(group, known.nodes)) for group in policy.egress_groups]
    group_of = {member.name: group for group, pool in reversed(pools) for member in pool}

    cut = {
        member.address: found
        for _, pool in pools
        for member in pool
        if (found := known.cut.get(member.address, frozenset()) & set(policy.destination_cidrs))
    }

    before = [frozenset(group.get("activeGatewayIPs") or ()) for group in group_statuses(item.status)]

    def well(member: Member) -> bool:
        used = any(str(member.address) in group for group in before)
        serves = known.serving.get(member.address, False) and (used or member.address not in known.unready)
        return serves and not member.drained and member.address not in cut

    zones: list[str | None] = [None]
    if policy.az_affinity != "disabled" and known.lists:
        zones = [*sorted({member.zone for member in known.nodes.values()})]

    def answers(member: Member) -> bool:
        """One that flaps, or is not ready yet, is better than none."""
        return member.address in known.answering and not member.drained and member.address not in cut

    wanted = _choose(policy, pools, zones, (well, answers), before)
    assigned, short = _assign(item, book, _all(wanted), [m for _, pool in pools for m in pool])

    def ready(member: Member) -> bool:
        """With its address where it is to have one: a gateway is used only once it can do it."""
        address = assigned.get(member.address)
        return not policy.egress_cidrs or (address is not None and address in book.held.get(member.address, ()))

    serves = [lambda member, able=able: able(member) and ready(member) for able in (well, answers)]
    chosen = _choose(policy, pools, zones, serves, before)
    home = _choose(policy, pools, zones, [lambda member: not member.drained], [])
    limited = any(group.max_gateway_nodes for group, _ in pools)
    status = _status(item, pools, well, chosen, assigned, short)
    manifests: list[Manifest] = []
    notes = [
        f"{member.name} has no way to {', '.join(sorted(map(str, cut[member.address])))}"
        for _, pool in pools
        for member in pool
        if member.address in cut
    ]
    for zone, serving in chosen.items():
        if not serving and zone is not None and policy.az_affinity == "localOnly":
            whose = f"zone {zone} has" if zone else "nodes without a zone have"
            notes.append(f"{whose} no gateway that serves: their pods' traffic is dropped (localOnly)")
        elif not serving and policy.az_affinity != "localOnly":
            # As last programmed: what is there is no worse than nothing.
            return Decision(item, None if item.status else _drop(item, known), status, [*notes, "no gateway serves"])
        plan = placement.slots(serving if limited else home[zone], serving)
        manifests += zone_policies(policy, item.uid, zone, plan, group_of, assigned, known.lists)
    return Decision(item, manifests, status, notes)


def _choose(
    policy: EgressPolicy,
    pools: Pools,
    zones: Sequence[str | None],
    serves: Sequence[placement.Serves],
    before: Sequence[AbstractSet[str]],
) -> dict[str | None, list[Member]]:
    """Zone -> the gateways for its pods, of all groups. Of `serves` the next one counts where one finds nobody."""
    result: dict[str | None, list[Member]] = {}
    for zone, able in product(zones, serves):
        if result.get(zone):
            continue
        affinity = policy.az_affinity if zone is not None else "disabled"
        picks: dict[Address, Member] = {}
        for index, (group, pool) in enumerate(pools):
            kept = before[index] if index < len(before) else frozenset()
            found = placement.chosen(group, affinity, zone or "", pool, able, kept)
            picks |= {member.address: member for member in found}
        result[zone] = list(picks.values())
    return result


def _all(chosen: Mapping[str | None, list[Member]]) -> dict[Address, Member]:
    return {member.address: member for picks in chosen.values() for member in picks}


def _drop(item: DeclaredPolicy, known: Observations) -> list[Manifest]:
    """For a policy that never had a gateway: nothing leaves with the nodes' own addresses meanwhile."""
    return list(zone_policies(item.policy, item.uid, None, [], {}, {}, known.lists))


def _assign(
    item: DeclaredPolicy, book: AddressAllocator, active: Mapping[Address, Member], pool: Sequence[Member]
) -> tuple[dict[Address, Address], str]:
    if not item.policy.egress_cidrs:
        return {}, ""
    resting = sorted({m.address for m in pool} - active.keys(), key=int)
    return book.assign(item.policy.name, item.policy.egress_cidrs, sorted(active, key=int), resting)


def _status(
    item: DeclaredPolicy,
    pools: Pools,
    well: placement.Serves,
    chosen: Mapping[str | None, list[Member]],
    assigned: Mapping[Address, Address],
    short: str,
) -> dict[str, Any]:
    active = _all(chosen)
    groups = []
    for _, pool in pools:
        mine = {member.address for member in pool}
        group: dict[str, Any] = {
            "activeGatewayIPs": [str(m.address) for m in pool if m.address in active],
            "healthyGatewayIPs": [str(m.address) for m in pool if well(m)],
        }
        by_zone = {zone: [str(m.address) for m in picks if m.address in mine] for zone, picks in chosen.items() if zone}
        if by_zone:
            group["activeGatewayIPsByAZ"] = by_zone
        if assigned:
            mapping = {str(m.address): str(assigned[m.address]) for m in pool if m.address in assigned}
            group["egressIPByGatewayIP"] = mapping
        groups.append(group)
    result: dict[str, Any] = {"observedGeneration": item.generation, "groupStatuses": groups}
    if item.policy.egress_cidrs:
        result["conditions"] = [
            {
                "type": HA_SATISFIED,
                "status": "False" if short else "True",
                "reason": "AddressesExhausted" if short else "Allocated",
                "message": short or "allocation requests satisfied",
                "observedGeneration": item.generation,
            }
        ]
    return result
