"""The decision on policies, their status and their addresses. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.net import Address
from controllers.egress_ha.replica.address_allocator import AddressAllocator
from controllers.egress_ha.replica.candidates import Candidates, Chosen, candidates_of
from controllers.egress_ha.replica.cilium_policies import Manifest, zone_policies
from controllers.egress_ha.replica.declared_policy import DeclaredPolicy
from controllers.egress_ha.replica.members import Member
from controllers.egress_ha.replica.observations import Observations
from controllers.egress_ha.replica.placement import Serves, slots
from controllers.egress_ha.replica.policy_status import policy_status
from transport.kube_requests import Object


@dataclass
class Decision:
    """The decision for one policy. `policies`: None if no gateway serves, so that the existing objects stay."""

    declared: DeclaredPolicy
    policies: list[Manifest] | None
    status: Object
    notes: list[str] = field(default_factory=list)


def decide(declared: Sequence[DeclaredPolicy], observed: Observations, allocator: AddressAllocator) -> list[Decision]:
    """A decision for each policy. Older policies get their addresses first."""
    order = sorted(declared, key=lambda item: (item.created, item.policy.name))
    return [_decide(item, observed, allocator) for item in order]


def _decide(item: DeclaredPolicy, observed: Observations, allocator: AddressAllocator) -> Decision:
    candidates = candidates_of(item, observed)
    wanted = candidates.choose(candidates.healthy, candidates.answers)
    assigned, short = _assign(item, candidates, wanted, allocator)
    chosen = candidates.choose(
        *(_with_address(serves, item, assigned, allocator) for serves in (candidates.healthy, candidates.answers))
    )
    status = policy_status(item, candidates, chosen, assigned, short)
    notes = _cut_notes(candidates)
    if item.policy.az_affinity != "localOnly" and not all(chosen.values()):
        # The existing objects are no worse than none. A policy that never had a gateway drops its traffic.
        kept = None if item.status else _drop(item, observed)
        return Decision(item, kept, status, [*notes, "no gateway serves"])
    manifests = _manifests(item, candidates, chosen, assigned)
    return Decision(item, manifests, status, [*notes, *_zone_notes(chosen)])


def _assign(
    item: DeclaredPolicy, candidates: Candidates, wanted: Chosen, allocator: AddressAllocator
) -> tuple[dict[Address, Address], str]:
    """Gateway -> its address, and why not every wanted gateway has one."""
    if not item.policy.egress_cidrs:
        return {}, ""
    active = {member.address for picks in wanted.values() for member in picks}
    resting = {member.address for member in candidates.members} - active
    cidrs = item.policy.egress_cidrs
    return allocator.assign(item.policy.name, cidrs, sorted(active, key=int), sorted(resting, key=int))


def _with_address(
    serves: Serves, item: DeclaredPolicy, assigned: Mapping[Address, Address], allocator: AddressAllocator
) -> Serves:
    """The same test, but only for gateways with an address. A policy without egressCIDRs needs no address."""

    def serves_with_address(member: Member) -> bool:
        address = assigned.get(member.address)
        has_address = address is not None and address in allocator.held.get(member.address, ())
        return serves(member) and (not item.policy.egress_cidrs or has_address)

    return serves_with_address


def _manifests(
    item: DeclaredPolicy, candidates: Candidates, chosen: Chosen, assigned: Mapping[Address, Address]
) -> list[Manifest]:
    """The objects of all zones."""
    home, group_of, lists = candidates.home(), candidates.group_of, candidates.observed.lists
    manifests: list[Manifest] = []
    for zone, serving in chosen.items():
        plan = slots(serving if candidates.limited else home[zone], serving)
        manifests += zone_policies(item.policy, item.uid, zone, plan, group_of, assigned, lists)
    return manifests


def _drop(item: DeclaredPolicy, observed: Observations) -> list[Manifest]:
    """The objects that drop a policy's traffic, so that no traffic leaves with the nodes' own addresses."""
    return list(zone_policies(item.policy, item.uid, None, [], {}, {}, observed.lists))


def _cut_notes(candidates: Candidates) -> list[str]:
    return [
        f"{member.name} has no uplink to {', '.join(sorted(map(str, candidates.cut[member.address])))}"
        for member in candidates.members
        if member.address in candidates.cut
    ]


def _zone_notes(chosen: Chosen) -> list[str]:
    """A note for each zone without a gateway for its pods, which only localOnly allows."""
    without = [zone for zone, serving in chosen.items() if not serving and zone is not None]
    whose = [f"zone {zone} has" if zone else "nodes without a zone have" for zone in without]
    return [f"{one} no serving gateway: localOnly drops the traffic of the pods there" for one in whose]
