"""Objects of the stack that somebody changed in the API, past the stack: what, who and when.

Source: the field managers of server-side apply (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnosis.why.situation import Situation

Json = Any
# Whose writes belong to the cluster's own work, and to what deploys a stack.
_OWN = (
    "cilium",
    "kube-",
    "k3s",
    "rke2",
    "kubelet",
    "helm",
    "Helm",
    "pulumi",
    "edge",
    "clusterapi",
    "before-first-apply",
)
_KINDS = (
    "CiliumBGPClusterConfig",
    "CiliumBGPPeerConfig",
    "CiliumBGPNodeConfigOverride",
    "advertisements",
    "CiliumLoadBalancerIPPool",
    "services",
)
_MOST = 3


def of_objects(situation: Situation) -> list[str]:
    """The latest changes first, three at most."""
    declared = _names(situation)
    found = sorted(
        (change for key in _KINDS for one in situation.of(key) for change in _changes(key, one, declared)), reverse=True
    )
    return [text for _, text in found[:_MOST]]


def _names(situation: Situation) -> set[tuple[str, str]]:
    stack = situation.stack
    names = {("services", service.name) for service in stack.services}
    names |= {("CiliumLoadBalancerIPPool", pool.name) for pool in stack.pools}
    if stack.bgp is not None:
        names |= {("CiliumBGPClusterConfig", one.name) for one in stack.bgp.cluster_configs}
        names |= {("CiliumBGPPeerConfig", one.name) for one in stack.bgp.peer_configs}
        names |= {("advertisements", one.name) for one in stack.bgp.advertisements}
    return names


def _changes(key: str, found: Json, declared: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    metadata = found["metadata"]
    kind = {"advertisements": "CiliumBGPAdvertisement", "services": "Service"}.get(key, key)
    entries = metadata.get("managedFields") or []
    # What was applied again since is as it was declared.
    ours = max((str(each.get("time", "")) for each in entries if each.get("operation") == "Apply"), default="")
    for entry in entries:
        manager, when = str(entry.get("manager", "")), str(entry.get("time", ""))
        if manager.startswith(_OWN) or entry.get("subresource") or when < ours:
            continue
        if (key, metadata["name"]) not in declared:
            if key == "CiliumBGPNodeConfigOverride":
                yield when, f"{kind} {metadata['name']} is not of the stack: {manager} wrote it at {when}"
            continue
        fields = entry.get("fieldsV1") or {}
        parts = [*_leaves(fields.get("f:spec") or {}, "spec"), *_labels(fields)]
        if parts:
            yield when, f"{kind} {metadata['name']}: {', '.join(parts)} changed by {manager} at {when}"


def _leaves(fields: Json, path: str) -> Iterator[str]:
    """The first two steps tell enough: `spec.bgpInstances`."""
    for name in fields:
        if name.startswith("f:"):
            yield f"{path}.{name[2:]}"


def _labels(fields: Json) -> Iterator[str]:
    for name in (fields.get("f:metadata") or {}).get("f:labels") or {}:
        if name.startswith("f:"):
            yield f"label {name[2:]}"
