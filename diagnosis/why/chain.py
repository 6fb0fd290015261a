"""The path of an announcement from a node to its routers, through the API's objects, and where the path ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from config.labels import LabelSelector

Json = Any
_VERSIONS = {"ipv4": 4, "ipv6": 6}
# Why an entry of an advertisement does not match the object; None if it matches.
Matches = Callable[[Json], str | None]


@dataclass(frozen=True)
class Objects:
    """Cilium's BGP objects and the nodes' labels in the API."""

    cluster_configs: list[Json]
    peer_configs: list[Json]
    advertisements: list[Json]
    node_labels: dict[str, dict[str, str]]


@dataclass(frozen=True)
class AnnouncementPath:
    """One peering of a node. `ended`: why it does not announce the object; None if it does."""

    names: tuple[str, ...]
    peer: str
    ended: str | None

    def __str__(self) -> str:
        return " > ".join(self.names)


def announcement_paths(
    objects: Objects, node: str, matches: Matches, version: int | None = None
) -> Iterator[AnnouncementPath]:
    """Every peering of the node's cluster configs; one path without a peer if no cluster config selects the node.

    `version`: the IP version of what is announced; None: any.
    """
    labels = objects.node_labels.get(node, {})
    refused = []
    for config in objects.cluster_configs:
        name, spec = config["metadata"]["name"], config.get("spec") or {}
        selector = spec.get("nodeSelector")
        if selector is not None and not _selector(selector).matches(labels):
            refused.append(f"{name} wants {shown(selector)}")
            continue
        for instance in spec.get("bgpInstances") or []:
            for peer in instance.get("peers") or []:
                yield _by_peer(objects, (name, instance["name"], peer["name"]), peer, matches, version)
    if refused and len(refused) == len(objects.cluster_configs):
        yield AnnouncementPath((), "", f"no CiliumBGPClusterConfig selects the node ({'; '.join(refused)})")
    elif not objects.cluster_configs:
        yield AnnouncementPath((), "", "there is no CiliumBGPClusterConfig")


def _by_peer(
    objects: Objects, names: tuple[str, ...], peer: Json, matches: Matches, version: int | None
) -> AnnouncementPath:
    address = str(peer.get("peerAddress") or "its default gateway")
    reference = (peer.get("peerConfigRef") or {}).get("name")
    config = next((one for one in objects.peer_configs if one["metadata"]["name"] == reference), None)
    if config is None:
        missing = f"CiliumBGPPeerConfig {reference} is not there" if reference else "the peer names no peer config"
        return AnnouncementPath(names, address, missing)
    names = (*names, str(reference))
    selectors = [
        family["advertisements"]
        for family in (config.get("spec") or {}).get("families") or []
        if family.get("advertisements") and version in (None, _VERSIONS.get(family.get("afi")))
    ]
    if not selectors:
        family = "family" if version is None else f"family ipv{version}"
        return AnnouncementPath(names, address, f"no {family} of {reference} selects advertisements")
    carried = [
        one
        for one in objects.advertisements
        if any(_selector(each).matches(one["metadata"].get("labels") or {}) for each in selectors)
    ]
    others = [one for one in objects.advertisements if one not in carried]
    reasons: list[str] = []
    for one in carried:
        for entry in (one.get("spec") or {}).get("advertisements") or []:
            reason = matches(entry)
            if reason is None:
                return AnnouncementPath((*names, one["metadata"]["name"]), address, None)
            if reason:
                reasons.append(f"{one['metadata']['name']}: {reason}")
    # An advertisement that matches the object but is not selected is the likeliest mistake.
    for one in others:
        if any(matches(entry) is None for entry in (one.get("spec") or {}).get("advertisements") or []):
            reasons.insert(
                0,
                f"{one['metadata']['name']} matches it and has {_labels(one)}, but {reference} selects"
                f" {' or '.join(map(shown, selectors))}",
            )
    return AnnouncementPath(
        names, address, "; ".join(reasons) or f"{reference} carries no advertisement that matches it"
    )


def of_service(labels: dict[str, str], kinds: dict[str, bool]) -> Matches:
    """Matches entries for a Service with these labels. `kinds`: the possible kinds of the address."""

    def matches(entry: Json) -> str | None:
        if entry.get("advertisementType") != "Service":
            return ""
        selector = entry.get("selector")
        if selector is None or not _selector(selector).matches(labels):
            return (
                f"its selector ({shown(selector) if selector else 'none, which selects nothing'}) does not match"
                f" the Service ({', '.join(f'{k}={v}' for k, v in sorted(labels.items()))})"
            )
        named = ((entry.get("service") or {}).get("addresses")) or []
        if not any(kinds.get(kind) for kind in named):
            wanted = " or ".join(kind for kind, given in kinds.items() if given)
            return f"it names {', '.join(named) or 'no kind of address'}, and the address is a {wanted}"
        return None

    return matches


def of_pod_cidr(entry: Json) -> str | None:
    """Matches entries for PodCIDRs."""
    return None if entry.get("advertisementType") == "PodCIDR" else ""


def of_interface(name: str) -> Matches:
    """Matches entries for the addresses of an interface."""
    return lambda entry: (
        None
        if (entry.get("advertisementType"), (entry.get("interface") or {}).get("name")) == ("Interface", name)
        else ""
    )


def shown(selector: Json) -> str:
    """A label selector in readable form."""
    parts = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for one in selector.get("matchExpressions") or []:
        values = f" ({', '.join(one.get('values') or [])})" if one.get("values") else ""
        parts.append(f"{one['key']} {one['operator']}{values}")
    return ", ".join(parts) or "everything"


def _labels(item: Json) -> str:
    found = item["metadata"].get("labels") or {}
    return ", ".join(f"{key}={value}" for key, value in sorted(found.items())) or "no labels"


def _selector(selector: Json) -> LabelSelector:
    return LabelSelector.model_validate(selector)
