"""The gateways: the nodes that the groups of the policies select."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from config.egress import HA_GROUP, EgressGroup, EgressPolicy
from config.labels import HOSTNAME, ZONE
from config.net import Address

# A Node with this annotation is drained: its egress traffic moves to other gateways.
DRAIN = f"{HA_GROUP}/egress-drain"


@dataclass(frozen=True)
class Member:
    """A node of the cluster, which is a member of the groups that select it."""

    name: str
    address: Address
    labels: Mapping[str, str] = field(hash=False)
    drained: bool = False

    @property
    def zone(self) -> str:
        """The availability zone; empty for a node without the label."""
        return self.labels.get(ZONE, "")


def members(nodes: Iterable[Mapping[str, Any]]) -> dict[str, Member]:
    """Node name -> member, from Node objects. Nodes without an InternalIP or in deletion are left out."""
    found = {}
    for node in nodes:
        metadata = node["metadata"]
        entries = (node.get("status") or {}).get("addresses") or []
        internal = next((entry["address"] for entry in entries if entry["type"] == "InternalIP"), None)
        if internal is None or metadata.get("deletionTimestamp"):
            continue
        drained = (metadata.get("annotations") or {}).get(DRAIN) == "true"
        name = metadata["name"]
        labels = {HOSTNAME: name, **(metadata.get("labels") or {})}
        found[name] = Member(name, ip_address(internal), labels, drained)
    return found


def group_members(group: EgressGroup, nodes: Mapping[str, Member]) -> list[Member]:
    """The nodes of a group, by address: agents count gateways in that order."""
    chosen = [member for member in nodes.values() if group.node_selector.matches(member.labels)]
    return sorted(chosen, key=lambda member: int(member.address))


def all_gateways(policies: Iterable[EgressPolicy], nodes: Mapping[str, Member]) -> dict[Address, Member]:
    """Every node that any policy uses as a gateway, by address."""
    return {m.address: m for policy in policies for group in policy.egress_groups for m in group_members(group, nodes)}
