"""The nodes that a selector selects, if the stack does not know every label of a node.

In a lab, every label is known. In other clusters, kubelets, distributions, clouds and users set labels that are not in
the stack file. A selector with such a label may select a node, and later checks must include that node.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from config.labels import CONTROL_PLANE, HOSTNAME, OS, LabelSelector, Requirement
from config.node import Node

if TYPE_CHECKING:
    from config.stack import StackConfig

# The stack knows for every node whether it has these labels.
_KNOWN = frozenset((HOSTNAME, OS, CONTROL_PLANE, "node-role.kubernetes.io/master"))
# Kubelets, cloud controllers and distributions set labels with these domains. Users never set them by hand.
_PLATFORM = (
    "kubernetes.io/",
    "k8s.io/",
    "amazonaws.com/",
    "cloud.google.com/",
    "kubernetes.azure.com/",
    "k3s.io/",
    "rke2.io/",
    "talos.dev/",
    "karpenter.sh/",
    "nvidia.com/",
)


class NodeSelection:
    """The nodes of one stack, and the results of selectors for them."""

    def __init__(self, stack: StackConfig) -> None:
        self._nodes = stack.nodes
        self.labels = {node.name: stack.node_labels(node) for node in stack.nodes}
        self._complete = stack.cluster.kind == "lab"
        self._declared = _KNOWN | {key for labels in self.labels.values() for key in labels}

    def takes(self, selector: LabelSelector | None, node: Node) -> bool | None:
        """Whether a selector selects a node. None: the result depends on an unknown label."""
        return self._verdict(list(_requirements(selector)), node)

    def sure(self, selector: LabelSelector | None) -> list[Node]:
        """The nodes that are certainly selected."""
        wanted = list(_requirements(selector))
        return [node for node in self._nodes if self._verdict(wanted, node)]

    def chosen(self, selector: LabelSelector | None) -> list[Node]:
        """The nodes that are certainly or possibly selected."""
        wanted = list(_requirements(selector))
        return [node for node in self._nodes if self._verdict(wanted, node) is not False]

    def unknown(self, selector: LabelSelector | None) -> list[str]:
        """The keys of a selector that the stack sets on no node, except for the keys that platforms set."""
        keys = (item.key for item in _requirements(selector) if not self._knows(item.key))
        return [key for key in keys if not any(word in f"{key.split('/')[0]}/" for word in _PLATFORM)]

    def _verdict(self, wanted: list[Requirement], node: Node) -> bool | None:
        verdicts = [self._holds(item, node) for item in wanted]
        if False in verdicts:
            return False
        return None if None in verdicts else True

    def _knows(self, key: str) -> bool:
        return self._complete or key in self._declared

    def _holds(self, item: Requirement, node: Node) -> bool | None:
        labels = self.labels[node.name]
        if item.matches(labels):
            return True
        if item.key == CONTROL_PLANE and node.role == "control-plane" and CONTROL_PLANE not in node.labels:
            # k3s and RKE2 set the value "true", kubeadm and Talos an empty value.
            return item.matches({**labels, CONTROL_PLANE: "true"}) and not self._complete
        return False if self._knows(item.key) else None


def _requirements(selector: LabelSelector | None) -> Iterable[Requirement]:
    if selector is None:
        return
    for key, value in selector.match_labels.items():
        yield Requirement(key=key, operator="In", values=(value,))
    yield from selector.match_expressions
