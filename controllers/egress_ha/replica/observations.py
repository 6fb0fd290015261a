"""The replica's knowledge of the cluster at the time of a decision."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from config.net import Address, Prefix
from controllers.egress_ha.replica.members import Member


@dataclass(frozen=True)
class Observations:
    """`nodes`: node name -> member. `serving`: gateway -> whether to use the gateway.

    `answering`: the gateways that answer. Such a gateway may be damped: it serves only if no other gateway does.
    `lists`: whether agents support lists of gateways. `cut`: gateway -> the destinations without an uplink.
    `unready`: the gateways that should not get new traffic yet.
    """

    nodes: Mapping[str, Member]
    serving: Mapping[Address, bool]
    answering: AbstractSet[Address] = frozenset()
    lists: bool = True
    cut: Mapping[Address, AbstractSet[Prefix]] = field(default_factory=dict)
    unready: AbstractSet[Address] = frozenset()
