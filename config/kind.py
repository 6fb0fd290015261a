"""The addresses that Docker gives the nodes of a kind cluster, added to a stack's document before validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, ip_interface
from itertools import islice
from typing import Any

from pydantic import ValidationError

from config.cluster import KindCluster
from config.errors import Problem
from config.node_group import NodeGroup

# Name of a node -> `address` with its prefix length, and `podCIDR`.
Learned = Mapping[str, Mapping[str, str]]
_DEFAULTS = {name: str(KindCluster.model_fields[name].default) for name in ("subnet", "pod_cidr")}
# The default of cluster.apiServer.
_UNSET = "0.0.0.0"  # noqa: S104 - the value stands for no value


def is_kind(document: Any) -> bool:
    """Whether a stack's document is about a kind cluster."""
    cluster = document.get("cluster") if isinstance(document, dict) else None
    return isinstance(cluster, dict) and cluster.get("kind") == "kind"


def completed(document: dict[str, Any], learned: Learned) -> dict[str, Any]:
    """The document with an address for each node: the learned address, otherwise a free address of the subnet.

    A node also gets its learned PodCIDR, or with `ipam: kubernetes` the next /24 of the cluster's PodCIDR. Malformed
    parts stay unchanged, because the models refuse them.
    """
    cluster = document["cluster"]
    nodes = [*_listed(document.get("nodes")), *_of_groups(document)]
    if not all(isinstance(node, dict) for node in nodes):
        return document
    free = _free(document, nodes)
    learned = {**_said(cluster, nodes), **learned}
    pods = _pod_prefixes(document)
    made = [_with_address(node, learned.get(str(node.get("name")), {}), free, pods) for node in nodes]
    control = next((node for node in made if node.get("role") == "control-plane"), None)
    address = _first(control).get("address") if control else None
    if address and str(cluster.get("apiServer", _UNSET)) == _UNSET:
        cluster = {**cluster, "apiServer": str(address).partition("/")[0]}
    return {**document, "cluster": cluster, "nodes": made}


def contradictions(document: dict[str, Any], learned: Learned) -> Iterator[Problem]:
    """Addresses in the file that differ from the addresses of the running containers."""
    for i, node in enumerate(_listed(document.get("nodes"))):
        known = learned.get(str(node.get("name")), {}) if isinstance(node, dict) else {}
        said = _first(node).get("address")
        if said and known and str(said) != known["address"]:
            yield Problem(
                f"nodes[{i}].interfaces[0].address",
                f"no address (Docker gave the node {known['address']}; leave the address out)",
                str(said),
            )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _of_groups(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of groups; none if a group is invalid, because the validation of `nodeGroups` itself reports that."""
    with suppress(ValidationError):
        groups = _listed(document.get("nodeGroups"))
        return [node for group in groups for node in NodeGroup.model_validate(group).nodes()]
    return []


def _first(node: Any) -> dict[str, Any]:
    """A node's first interface."""
    links = _listed(node.get("interfaces")) if isinstance(node, dict) else []
    return links[0] if links and isinstance(links[0], dict) else {}


def _with_address(
    node: dict[str, Any], known: Mapping[str, str], free: Iterator[str], pods: Iterator[str]
) -> dict[str, Any]:
    pod_cidr = known.get("podCIDR") or next(pods, None)
    if pod_cidr and "podCIDR" not in node:
        node = {**node, "podCIDR": pod_cidr}
    first = _first(node)
    if not first or "address" in first:
        return node
    address = known.get("address") or next(free, None)
    links = [{**first, **({"address": address} if address else {})}, *_listed(node["interfaces"])[1:]]
    return {**node, "interfaces": links}


def _said(cluster: dict[str, Any], nodes: list[dict[str, Any]]) -> Learned:
    """The control plane's address, if the file says where the API server of an existing cluster is."""
    subnet = _subnet(cluster)
    control = next((node for node in nodes if node.get("role") == "control-plane"), None)
    with suppress(ValueError):
        server = IPv4Address(str(cluster.get("apiServer")))
        if control and cluster.get("create") is False and subnet is not None and server in subnet:
            return {str(control.get("name")): {"address": f"{server}/{subnet.prefixlen}"}}
    return {}


def _subnet(cluster: dict[str, Any]) -> IPv4Network | None:
    return _prefix(cluster.get("subnet", _DEFAULTS["subnet"]))


def _free(document: dict[str, Any], nodes: list[dict[str, Any]]) -> Iterator[str]:
    """The addresses of the subnet that no host of the file has, except for the first address, which is Docker's own.

    Without a usable subnet, the addresses are those of the default subnet: the validation reports the subnet alone,
    and not each node.
    """
    default = IPv4Network(_DEFAULTS["subnet"])
    taken = set()
    hosts = [*nodes, *_listed(document.get("routers"))]
    links = [link for host in hosts if isinstance(host, dict) for link in _listed(host.get("interfaces"))]
    for one in [*links, *_listed(document.get("outposts"))]:
        with suppress(ValueError):
            taken.add(ip_interface(str(one.get("address")) if isinstance(one, dict) else "").ip)
    for subnet in (_subnet(document["cluster"]) or default, default):
        for address in islice(subnet.hosts(), 1, None):
            if address not in taken:
                yield f"{address}/{subnet.prefixlen}"


def _pod_prefixes(document: dict[str, Any]) -> Iterator[str]:
    """The /24 prefixes in the order of kubeadm's controller manager; none without `ipam: kubernetes`."""
    cilium = document.get("cilium")
    whole = _prefix(document["cluster"].get("podCIDR", _DEFAULTS["pod_cidr"]))
    if isinstance(cilium, dict) and cilium.get("ipam") == "kubernetes" and whole is not None and whole.prefixlen <= 24:
        yield from map(str, whole.subnets(new_prefix=24))


def _prefix(value: Any) -> IPv4Network | None:
    with suppress(ValueError):
        return IPv4Network(str(value))
    return None
