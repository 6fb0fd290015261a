"""The parts of a stack, as edits get at them."""

from __future__ import annotations

import copy
from typing import Any

from tests.e2e.truth.looks import NODES


def peer_config(stack: Any) -> Any:
    return stack["bgp"]["peerConfigs"][0]


def router(stack: Any) -> Any:
    return stack["routers"][0]["bgp"]


def neighbor(stack: Any, node: str) -> Any:
    return next(n for n in router(stack)["neighbors"] if n["address"] == NODES[node])


def host(*names: str) -> Any:
    return {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": list(names)}]}


def a_config_each(stack: Any) -> None:
    """Each node has a cluster config of its own, and so a mistake of its own."""
    shared = stack["bgp"]["clusterConfigs"].pop()
    for node in NODES:
        stack["bgp"]["clusterConfigs"].append({**copy.deepcopy(shared), "name": node, "nodeSelector": host(node)})


def cluster_config(stack: Any, node: str) -> Any:
    return next(c for c in stack["bgp"]["clusterConfigs"] if c["name"] == node)


def instance(stack: Any, node: str) -> Any:
    return cluster_config(stack, node)["instances"][0]


def own_peer_config(stack: Any, node: str) -> Any:
    """A peer config for one node alone."""
    own = {**copy.deepcopy(peer_config(stack)), "name": f"of-{node}"}
    stack["bgp"]["peerConfigs"].append(own)
    instance(stack, node)["peers"][0]["peerConfigRef"] = own["name"]
    return own


def advertise(stack: Any, name: str, **entry: Any) -> None:
    """Another advertisement that the families carry."""
    item = {"type": "Service", "addresses": ["LoadBalancerIP"], **entry}
    stack["bgp"]["advertisements"].append({"name": name, "labels": {"advertise": "bgp"}, "advertisements": [item]})


def add_service(stack: Any, name: str, app: str | None = None, **more: Any) -> Any:
    """A Service in front of the web pods, labelled `app: NAME`; `up` does not wait for its address."""
    notes = {"pulumi.com/skipAwait": "true", **more.pop("annotations", {})}
    service = {"name": name, "labels": {"app": app or name}, "selector": {"app": "webpod"}, "annotations": notes}
    stack["services"].append({**service, **more})
    return stack["services"][-1]


def add_pool(stack: Any, name: str, *blocks: Any, app: str | None = None) -> None:
    """A pool for the Services with the label `app: NAME`."""
    selector = {"matchLabels": {"app": app or name}}
    stack["pools"].append({"name": name, "blocks": list(blocks), "serviceSelector": selector})


def add_manifest(stack: Any, api_version: str, kind: str, spec: Any) -> None:
    manifest = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "extra"}, "spec": spec}
    stack.setdefault("manifests", []).append(manifest)
