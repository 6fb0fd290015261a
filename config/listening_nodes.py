"""The nodes that listen for a controller in their host network."""

from __future__ import annotations

from pydantic import model_validator

from config.base import Model
from config.labels import LabelSelector


class ListeningNodes(Model):
    """The choice of nodes, as the chart takes it."""

    node_selector: LabelSelector | None = None
    """The nodes that listen, by `matchLabels`; unset: all."""

    @model_validator(mode="after")
    def _labels_alone(self) -> ListeningNodes:
        if self.node_selector is not None and self.node_selector.match_expressions:
            raise ValueError("nodeSelector with matchLabels alone (the chart has no matchExpressions for the nodes)")
        return self
