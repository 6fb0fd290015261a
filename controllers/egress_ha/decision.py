"""Everything that follows from what is known now: policies, status, addresses. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from config.egress import EgressGroup, EgressPolicy
from config.net import Address
from controllers.egress_ha import placement
from controllers.egress_ha.addresses import Book, Report, parsed
from controllers.egress_ha.gateway import Member, group_members
from controllers.egress_ha.policies import Manifest, zone_policies


@dataclass(frozen=True)
class Declared:
    """An EgressGatewayHAPolicy as the API has it."""

    policy: EgressPolicy
    uid: str
    generation: int
    created: str
    status: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Known:
    """What the decision rests on. `serving`: node address -> whether the gateway is well."""

    nodes: Mapping[str, Member]
    serving: Mapping[Address, bool]
    lists: bool = True


@dataclass
class Decision:
    """What is to be for one policy. `policies` None: leave what is there, nobody serves."""

    declared: Declared
    policies: list[Manifest] | None
    status: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def decide(declared: Sequence[Declared], known: Known, book: Book) -> list[Decision]:
    """A decision for each policy; addresses are given out in the order of the policies' age."""
    order = sorted(declared, key=lambda item: (item.created, item.policy.name))
    return [_decide(item, known, book) for item in order]


def _decide(item: Declared, known: Known, book: Book) -> Decision:
    policy = item.policy
    pools = [(group, group_members(group, known.nodes)) for group in policy.groups()]
    group_of = {member.name: group for group, pool in reversed(pools) for member in pool}

    def well(member: Member) -> bool:
        return known.serving.get(member.address, False) and not member.drained

    before = [[ip_address(text) for text in status.get("activeGatewayIPs", [])]
              for status in item.status.get("groupStatuses", [])]  # fmt: skip
    zones: list[str] | None = None
    if policy.az_affinity != "disabled" and known.lists:
        zones = sorted({member.zone for member in known.nodes.values()})
    active: dict[Address, Member] = {}
    chosen: dict[str | None, list[Member]] = {}
    for zone in zones if zones is not None else [None]:
        picks: dict[Address, Member] = {}
        for index, (group, pool) in enumerate(pools):
            kept = before[index] if index < len(before) else []
            affinity = policy.az_affinity if zones is not None else "disabled"
            found = placement.chosen(group, affinity, zone or "", pool, well, kept)
            picks |= {member.address: member for member in found}
        chosen[zone] = list(picks.values())
        active |= picks
    assigned, short = _assign(item, book, active, [m for _, pool in pools for m in pool])
    usable = {
        a for a in active
        if not policy.egress_cidrs or (a in assigned and assigned[a] in book.reports.get(a, Report()).held)
    }  # fmt: skip
    manifests: list[Manifest] = []
    notes: list[str] = []
    for zone, picks_of_zone in chosen.items():
        serving = [member for member in picks_of_zone if member.address in usable]
        if not serving and zone and policy.az_affinity == "localOnly":
            notes.append(f"zone {zone} has no gateway that serves: its pods' traffic is dropped (localOnly)")
        elif not serving:
            # As last programmed: what is there is no worse than nothing.
            return Decision(item, None if item.status else _drop(item, known), _status(item, pools, well, chosen,
                            active, assigned, short), ["no gateway serves"])  # fmt: skip
        home = serving if any(group.max_gateway_nodes for group, _ in pools) else _home(policy, pools, zone)
        plan = placement.slots(home, serving)
        manifests += zone_policies(policy, item.uid, zone, plan, group_of, assigned, known.lists)
    status = _status(item, pools, well, chosen, active, assigned, short)
    return Decision(item, manifests, status, notes)


def _drop(item: Declared, known: Known) -> list[Manifest]:
    """For a policy that never had a gateway: nothing leaves with the nodes' own addresses meanwhile."""
    return list(zone_policies(item.policy, item.uid, None, [], {}, {}, known.lists))


def _home(policy: EgressPolicy, pools: Sequence[tuple[EgressGroup, list[Member]]], zone: str | None) -> list[Member]:
    affinity = policy.az_affinity if zone is not None else "disabled"
    found = {
        m.address: m for group, pool in pools
        for m in placement.chosen(group, affinity, zone or "", pool, lambda member: not member.drained)
    }  # fmt: skip
    return list(found.values())


def _assign(item: Declared, book: Book, active: Mapping[Address, Member],
            pool: Sequence[Member]) -> tuple[dict[Address, Address], str]:  # fmt: skip
    if not item.policy.egress_cidrs:
        return {}, ""
    before: dict[Address, Address] = {}
    for group in item.status.get("groupStatuses", []):
        before |= parsed(group.get("egressIPByGatewayIP") or {})
    resting = sorted({m.address for m in pool} - active.keys(), key=int)
    return book.assign(item.policy.egress_cidrs, sorted(active, key=int), resting, before)


def _status(item: Declared, pools: Sequence[tuple[EgressGroup, list[Member]]], well: placement.Serves,
            chosen: Mapping[str | None, list[Member]], active: Mapping[Address, Member],
            assigned: Mapping[Address, Address], short: str) -> dict[str, Any]:  # fmt: skip
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
        result["conditions"] = [{
            "type": "cilium-edge.io/IPAMRequestSatisfied", "status": "False" if short else "True",
            "reason": "AddressesExhausted" if short else "Allocated",
            "message": short or "allocation requests satisfied", "observedGeneration": item.generation,
        }]  # fmt: skip
    return result

