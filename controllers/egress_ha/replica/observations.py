"""What the replica knows of the cluster when the replica decides."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from config.net import Address, Prefix
from controllers.egress_ha.replica.members import Member


@dataclass(frozen=True)
class Observations:
    """`nodes`: node name -> member. `serving`: gateway -> whether to use the gateway.

    `answering`: the gateways that answer. Such a gateway may be damped: it serves only where no other gateway serves.
    `lists`: whether agents know lists of gateways. `cut`: gateway -> the destinations that the gateway has no uplink
    to. `unready`: the gateways that no new traffic should go to yet.
    """

    nodes: Mapping[str, Member]
    serving: Mapping[Address, bool]
    answering: AbstractSet[Address] = frozenset()
    lists: bool = True
    cut: Mapping[Address, AbstractSet[Prefix]] = field(default_factory=dict)
    unready: AbstractSet[Address] = frozenset()
