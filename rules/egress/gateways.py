"""The gateway entries of all policies, joined with the nodes that they select."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.egress import EgressGateway, EgressPolicy
from config.node import Node
from rules.facts import Facts


@dataclass(frozen=True)
class Gateway:
    """One gateway entry: its YAML path, its policy, and its nodes."""

    path: str
    policy: EgressPolicy
    entry: EgressGateway
    nodes: tuple[Node, ...]


def gateways(facts: Facts) -> Iterator[Gateway]:
    """Every gateway entry of every policy."""
    for i, policy in enumerate(facts.stack.egress_policies):
        for where, entry in policy.gateways():
            yield Gateway(f"egressPolicies[{i}].{where}", policy, entry, tuple(facts.selected(entry.node_selector)))
