"""Listeners of Ingresses and Gateways in the nodes' host network, by the Helm values in force.

The fields of a stack and the user's own Helm values have the same weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from config.labels import LabelSelector
from config.stack import StackConfig
from effective.helm import Helm

# The chart's default of ingressController.hostNetwork.sharedListenerPort.
_SHARED_PORT = 8080


@dataclass(frozen=True)
class HostNetwork:
    """The nodes that listen (None: all), and the port of shared Ingresses. Gateways have their listeners' ports."""

    node_selector: LabelSelector | None
    shared_port: int = _SHARED_PORT

    def nodes(self, stack: StackConfig) -> tuple[str, ...]:
        """The addresses of the nodes that listen."""
        chosen = self.node_selector
        return tuple(
            str(node.address) for node in stack.nodes if chosen is None or chosen.matches(stack.node_labels(node))
        )


def host_network(helm: Helm, section: Literal["ingressController", "gatewayAPI"]) -> HostNetwork | None:
    """The settings of a section of the chart. None: the listeners have Services."""
    if str(helm(f"{section}.hostNetwork.enabled")).lower() != "true":
        return None
    labels = helm(f"{section}.hostNetwork.nodes.matchLabels")
    port = str(helm(f"{section}.hostNetwork.sharedListenerPort")) if section == "ingressController" else ""
    return HostNetwork(_selector(labels), int(port) if port.isascii() and port.isdigit() else _SHARED_PORT)


def _selector(labels: Any) -> LabelSelector | None:
    if not isinstance(labels, dict) or not labels:
        return None
    texts = {str(key): str(value).lower() if isinstance(value, bool) else str(value) for key, value in labels.items()}
    # Labels that Kubernetes does not allow are not refused here: they match no node.
    return LabelSelector.model_construct(match_labels=texts)
