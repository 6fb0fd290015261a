"""Assigns pods to gateways.

Agents spread a policy's pods over the policy's list of gateways. An agent sorts the list by node address and picks
entry number `hash(pod) modulo length`. So the list has a fixed length and names each gateway several times in a row:
each gateway has a range of the list. A lost gateway leaves its range to its neighbors in this order, and no
other pod moves. A returning gateway gets the same range again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from config.egress import AzAffinity, EgressGroup
from controllers.egress_ha.replica.members import Member

SLOTS = 24

Serves = Callable[[Member], bool]


def chosen(
    group: EgressGroup,
    affinity: AzAffinity,
    zone: str,
    pool: Sequence[Member],
    serves: Serves,
    before: AbstractSet[str] = frozenset(),
) -> list[Member]:
    """The members of a group that serve the pods of one zone. `pool`: members in the order of addresses.

    In a group with a limit, the members that serve now, `before`, come first.

    localOnly uses only gateways of the zone. localOnlyFirst uses others only if no gateway of the zone serves.
    localPriority adds others up to `maxGatewayNodes`. Pods without a zone have no local gateway.
    """
    able = [member for member in pool if serves(member)]
    most = group.max_gateway_nodes
    if most:
        able.sort(key=lambda member: (str(member.address) not in before, int(member.address)))
    local = [member for member in able if zone and member.zone == zone]
    others = [member for member in able if not zone or member.zone != zone]
    match affinity:
        case "localOnly":
            usable = local
        case "localOnlyFirst":
            usable = local or others
        case "localPriority":
            usable = local + others if most else local or others
        case _:
            usable = able
    return sorted(usable[:most], key=lambda member: int(member.address)) if most else usable


def slots(home: Sequence[Member], serving: Sequence[Member]) -> list[Member]:
    """The list of gateways, one entry for each slot, in the agents' order.

    `home`: the members that would share the traffic if all of them served. `serving`: the members that serve.
    A single gateway gives a list of one entry. The list is empty if no gateway serves.
    """
    here = {member.address for member in serving}
    if not any(member.address in here for member in home):
        home = serving
    order = sorted({m.address: m for m in (*home, *serving)}.values(), key=lambda member: int(member.address))
    if len(here) <= 1:
        return [member for member in order if member.address in here]
    count = max(SLOTS, len(order))
    owners: list[Member | None] = []
    for index, member in enumerate(order):
        size = (index + 1) * count // len(order) - index * count // len(order)
        owners += [member if member.address in here else None] * size
    return _filled(owners)


def _filled(owners: list[Member | None]) -> list[Member]:
    """The slots without gaps: the gateways to the left and right of a gap each get the half next to them."""
    result = list(owners)
    start = 0
    while start < len(owners):
        if owners[start] is not None:
            start += 1
            continue
        end = start
        while end < len(owners) and owners[end] is None:
            end += 1
        left = owners[start - 1] if start else None
        right = owners[end] if end < len(owners) else None
        middle = start + (end - start) // 2 if left and right else (end if left else start)
        result[start:middle] = [left] * (middle - start)
        result[middle:end] = [right] * (end - middle)
        start = end
    return [member for member in result if member is not None]
