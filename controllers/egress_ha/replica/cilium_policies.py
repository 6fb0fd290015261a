"""The CiliumEgressGatewayPolicies that carry out a placement."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.egress import HA_API_VERSION, HA_GROUP, HA_KIND, EgressGroup, EgressPolicy, EgressSelector
from config.labels import HOSTNAME, ZONE
from config.net import Address
from controllers.egress_ha.replica.members import Member

OWNER = f"{HA_GROUP}/egress-policy"
# The label of an object for the pods of one zone; empty for the pods of nodes without a zone.
OF_ZONE = f"{HA_GROUP}/zone"
KIND = "CiliumEgressGatewayPolicy"
API = "cilium.io/v2"
# No node has this label. Agents drop the traffic that such a policy selects, instead of sending it untranslated.
_NOBODY = {"nodeSelector": {"matchLabels": {f"{HA_GROUP}/no-gateway": "true"}}}

Manifest = dict[str, Any]


def zone_policies(
    policy: EgressPolicy,
    uid: str,
    zone: str | None,
    plan: Sequence[Member],
    groups: Mapping[str, EgressGroup],
    addresses: Mapping[Address, Address],
    lists: bool,
) -> Iterator[Manifest]:
    """One object for each selector, for the pods of a zone (None: of all; empty: of nodes without a zone).

    `groups`: node -> the group of the gateway. `lists`: whether agents support `egressGateways` and node
    selectors (Cilium 1.18). For older agents the first gateway serves all pods.
    """
    entries = [_entry(member, groups[member.name], addresses) for member in plan] or [dict(_NOBODY)]
    for index, selector in enumerate(policy.selectors):
        if not _possible(selector, zone):
            continue
        spec: Manifest = {
            "selectors": [_selector(selector, zone)],
            "destinationCIDRs": [str(cidr) for cidr in policy.destination_cidrs],
        }
        if policy.excluded_cidrs:
            spec["excludedCIDRs"] = [str(cidr) for cidr in policy.excluded_cidrs]
        spec["egressGateway"] = entries[0]
        if lists and len(entries) > 1:
            spec["egressGateways"] = entries
        owner = {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "name": policy.name, "uid": uid, "controller": True}
        labels = {OWNER: policy.name} | ({} if zone is None else {OF_ZONE: zone})
        yield {
            "apiVersion": API,
            "kind": KIND,
            "metadata": {"name": _name(policy.name, zone, index), "labels": labels, "ownerReferences": [owner]},
            "spec": spec,
        }


def _name(policy: str, zone: str | None, index: int) -> str:
    """The object's name, unique for policy, zone and selector, whatever characters their names have."""
    if zone is None:
        return f"{policy}-{index}"
    mark = hashlib.sha256(f"{policy}/{zone}/{index}".encode()).hexdigest()[:8]
    readable = re.sub(r"[^a-z0-9]+", "-", zone.lower()).strip("-") or "nozone"
    return f"{policy[:150]}-{readable}-{index}-{mark}"


def _possible(selector: EgressSelector, zone: str | None) -> bool:
    """Whether a selector can match pods of the zone. A selector may ask for another zone."""
    asked = selector.node_selector.match_labels.get(ZONE) if selector.node_selector is not None else None
    return zone is None or asked is None or asked == zone


def _entry(member: Member, group: EgressGroup, addresses: Mapping[Address, Address]) -> Manifest:
    entry: Manifest = {"nodeSelector": {"matchLabels": {HOSTNAME: member.name}}}
    if member.address in addresses:
        entry["egressIP"] = str(addresses[member.address])
    elif group.egress_ip is not None:
        entry["egressIP"] = str(group.egress_ip)
    elif group.interface is not None:
        entry["interface"] = group.interface
    return entry


def _selector(selector: EgressSelector, zone: str | None) -> Manifest:
    result: Manifest = {}
    if selector.pod_selector is not None:
        result["podSelector"] = selector.pod_selector.manifest()
    if selector.namespace_selector is not None:
        result["namespaceSelector"] = selector.namespace_selector.manifest()
    nodes: Manifest = dict(selector.node_selector.manifest()) if selector.node_selector is not None else {}
    if zone:
        nodes["matchLabels"] = {**nodes.get("matchLabels", {}), ZONE: zone}
    elif zone == "":
        absent = {"key": ZONE, "operator": "DoesNotExist"}
        nodes["matchExpressions"] = [*nodes.get("matchExpressions", []), absent]
    if nodes or selector.node_selector is not None:
        result["nodeSelector"] = nodes
    return result
