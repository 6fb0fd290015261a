"""The names that kind gives the nodes of a cluster: NAME-control-plane, NAME-worker, NAME-worker2, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.cluster import KindCluster
from config.errors import Problem
from config.stack import StackConfig

_CONTROL_PLANE = "-control-plane"


def unfit_names(stack: StackConfig, cluster: KindCluster) -> Iterator[Problem]:
    """Names of nodes that kind does not give. If all names fit another cluster, the cluster's name is the mistake."""
    control = next((node.name for node in stack.nodes if node.role == "control-plane"), "")
    other = control.removesuffix(_CONTROL_PLANE)
    if other not in ("", cluster.name) and not list(_unfit(stack, other)):
        yield Problem("cluster.name", f"{other}, as in the names of the nodes", cluster.name)
        return
    yield from _unfit(stack, cluster.name)


def _unfit(stack: StackConfig, name: str) -> Iterator[Problem]:
    workers, told = 0, set[int]()
    control = next((node for node in stack.nodes if node.role == "control-plane"), None)
    for i, node in enumerate(stack.nodes):
        if node.role == "worker":
            workers += 1
            wanted = f"{name}-worker{workers if workers > 1 else ''}"
        elif node is control:
            wanted = f"{name}{_CONTROL_PLANE}"
        else:
            # A further control plane is another problem.
            continue
        group = _group_of(stack, i)
        if node.name == wanted or group in told:
            continue
        path = f"nodes[{i}].name"
        if group is None:
            yield Problem(path, f"{wanted} (kind names the nodes after cluster.name {name})", node.name)
            continue
        told.add(group)
        said = stack.node_groups[group]
        yield Problem(path, _pattern(name, node.role, workers), f"{said.name} with first: {said.first}")


def _pattern(name: str, role: str, number: int) -> str:
    """The name of a group whose first node is the worker of that number, from 1."""
    if role == "control-plane":
        return f"no group (the control plane is the single node {name}{_CONTROL_PLANE})"
    if number == 1:
        return f"the single node {name}-worker in nodes, and then a group {name}-worker{{}} with first: 2"
    return f"{name}-worker{{}} with first: {number} (kind names the nodes after cluster.name {name})"


def _group_of(stack: StackConfig, index: int) -> int | None:
    """The group of the node with that index. None: a single node."""
    found = re.match(r"nodeGroups\[(\d+)\]", stack.written(f"nodes[{index}]"))
    return int(found[1]) if found else None
