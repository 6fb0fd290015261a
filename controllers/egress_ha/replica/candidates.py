"""The gateways of a policy that may serve, and the gateways of each zone's pods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from config.egress import EgressGroup, EgressPolicy
from config.net import Address, Prefix
from controllers.egress_ha.protocol.status import group_statuses
from controllers.egress_ha.replica import placement
from controllers.egress_ha.replica.declared_policy import DeclaredPolicy
from controllers.egress_ha.replica.members import Member, group_members
from controllers.egress_ha.replica.observations import Observations

# Zone -> the gateways of the zone's pods. The zone None is all pods, the empty zone the pods on nodes without a zone.
Chosen = Mapping[str | None, Sequence[Member]]


@dataclass(frozen=True)
class Candidates:
    """The gateways of one policy in one round.

    `pools`: each group with its members. `active`: for each group, the active gateways of the status.
    `cut`: gateway -> the policy's destinations without an uplink. `zones`: the zones that the policy
    distinguishes.
    """

    policy: EgressPolicy
    observed: Observations
    pools: Sequence[tuple[EgressGroup, Sequence[Member]]]
    active: Sequence[AbstractSet[str]]
    cut: Mapping[Address, AbstractSet[Prefix]]
    zones: Sequence[str | None]

    @property
    def members(self) -> list[Member]:
        """The gateways of all groups, group by group."""
        return [member for _, pool in self.pools for member in pool]

    @property
    def group_of(self) -> dict[str, EgressGroup]:
        """Node name -> the group of the gateway. The first group that selects a node counts."""
        return {member.name: group for group, pool in reversed(self.pools) for member in pool}

    @property
    def limited(self) -> bool:
        """Whether any group limits the number of its serving gateways."""
        return any(group.max_gateway_nodes for group, _ in self.pools)

    def healthy(self, member: Member) -> bool:
        """Whether to use the gateway. A gateway that is not ready keeps its traffic, and gets no new traffic."""
        ready = self._is_active(member) or member.address not in self.observed.unready
        return self.observed.serving.get(member.address, False) and ready and self._available(member)

    def answers(self, member: Member) -> bool:
        """Whether to use the gateway if none is healthy. A flapping or unready gateway is better than none."""
        return member.address in self.observed.answering and self._available(member)

    def choose(self, *serves: placement.Serves) -> Chosen:
        """The gateways of each zone. A later test of `serves` counts only if the earlier ones find no gateway."""
        return {zone: self._first_choice(zone, serves) for zone in self.zones}

    def home(self) -> Chosen:
        """The gateways of each zone if every gateway that is not drained served, whatever the status."""
        return {zone: self._choice(zone, lambda member: not member.drained, []) for zone in self.zones}

    def _is_active(self, member: Member) -> bool:
        return any(str(member.address) in group for group in self.active)

    def _available(self, member: Member) -> bool:
        return not member.drained and member.address not in self.cut

    def _first_choice(self, zone: str | None, serves: Sequence[placement.Serves]) -> list[Member]:
        choices = (self._choice(zone, one, self.active) for one in serves)
        return next((choice for choice in choices if choice), [])

    def _choice(self, zone: str | None, serves: placement.Serves, active: Sequence[AbstractSet[str]]) -> list[Member]:
        """The gateways of all groups for a zone. In a group with a limit, gateways of `active` come first."""
        affinity = self.policy.az_affinity if zone is not None else "disabled"
        picks: dict[Address, Member] = {}
        for index, (group, pool) in enumerate(self.pools):
            kept = active[index] if index < len(active) else frozenset()
            found = placement.chosen(group, affinity, zone or "", pool, serves, kept)
            picks |= {member.address: member for member in found}
        return list(picks.values())


def candidates_of(item: DeclaredPolicy, observed: Observations) -> Candidates:
    """The candidates of a policy, by its groups, its status and the replica's observations."""
    pools = [(group, group_members(group, observed.nodes)) for group in item.policy.egress_groups]
    active = [frozenset(group.get("activeGatewayIPs") or ()) for group in group_statuses(item.status)]
    cut = _cut(item.policy, [member for _, pool in pools for member in pool], observed)
    return Candidates(item.policy, observed, pools, active, cut, _zones(item.policy, observed))


def _cut(policy: EgressPolicy, members: Sequence[Member], observed: Observations) -> dict[Address, AbstractSet[Prefix]]:
    destinations = set(policy.destination_cidrs)
    found = {member.address: observed.cut.get(member.address, frozenset()) & destinations for member in members}
    return {gateway: prefixes for gateway, prefixes in found.items() if prefixes}


def _zones(policy: EgressPolicy, observed: Observations) -> list[str | None]:
    if policy.az_affinity == "disabled" or not observed.lists:
        return [None]
    return [*sorted({member.zone for member in observed.nodes.values()})]
