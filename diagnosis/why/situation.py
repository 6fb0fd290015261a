"""The input of explanations: the stack, the observations, and the API's BGP objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.node import Node
from config.stack import StackConfig
from diagnosis.why.chain import Objects
from probes.observations import Observations

Json = Any


@dataclass(frozen=True)
class Situation:
    """The stack with all objects that Cilium makes for it, and one set of observations."""

    stack: StackConfig
    observations: Observations

    @property
    def objects(self) -> Objects:
        """The API objects that decide about announcements."""
        labels = {one["metadata"]["name"]: one["metadata"].get("labels") or {} for one in self.of("nodes")}
        return Objects(
            self.of("CiliumBGPClusterConfig"), self.of("CiliumBGPPeerConfig"), self.of("advertisements"), labels
        )

    def of(self, key: str) -> list[Json]:
        """The API's objects under a key of the observations; empty if the API did not answer."""
        return self.observations.objects.get(key, [])

    def named(self, key: str, name: str) -> list[Json]:
        """Objects with the name `NAME` or `NAMESPACE/NAME`."""
        space, _, short = name.rpartition("/")
        return [
            one
            for one in self.of(key)
            if one["metadata"]["name"] == short and (not space or one["metadata"].get("namespace") == space)
        ]

    def node(self, name: str) -> Node | None:
        """A node of the stack."""
        return next((node for node in self.stack.nodes if node.name == name), None)

    def peers(self, node: str) -> dict[str, str]:
        """Peer address -> state of the session, as the agent reports it."""
        reported = self.observations.agents.get(node, [])
        return {str(peer.get("peer-address")): str(peer.get("session-state")) for peer in reported}
