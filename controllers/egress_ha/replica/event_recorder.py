"""Events of the API. The replica records the state of a policy or gateway once, until the state changes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime

from config.errors import ApiError
from transport.kube import Kube
from transport.kube_requests import Object

_SERVES, _LOST = "EgressGatewayServes", "EgressGatewayLost"


class EventRecorder:
    """Records events, and remembers the last message of each object and reason."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._recorded: dict[tuple[str, str], str] = {}
        self._serving: dict[str, bool] = {}

    def record_gateways(self, serving: Mapping[str, bool]) -> None:
        """Record the gateways that were lost or returned since the last call. `serving`: node -> whether it serves.

        Each event is an event of the Node, not of every policy. An event that the API refuses is skipped.
        """
        for node, serves in serving.items():
            if node in self._serving and self._serving[node] != serves:
                with contextlib.suppress(ApiError):
                    self._record_gateway(node, serves)
                self._recorded.pop((node, _LOST if serves else _SERVES), None)
        self._serving = dict(serving)

    def record(self, about: Object, kind: str, reason: str, message: str) -> None:
        """Record an event of an object, unless the last event with this reason had the same message. Raises ApiError.

        An empty message records nothing: it ends the state of this reason.
        """
        if self._recorded.get((about["uid"], reason), "") == message:
            return
        self._recorded[about["uid"], reason] = message
        if message:
            self._kube.create(_event(about, kind, reason, message))

    def _record_gateway(self, node: str, serves: bool) -> None:
        # The kubelet's events of a Node have the name as the uid, too.
        about = {"apiVersion": "v1", "kind": "Node", "name": node, "uid": node}
        if serves:
            self.record(about, "Normal", _SERVES, f"egress gateway {node} serves")
        else:
            self.record(about, "Warning", _LOST, f"egress gateway {node} does not answer")


def _event(about: Object, kind: str, reason: str, message: str) -> Object:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "type": kind,
        "reason": reason,
        "message": message,
        "metadata": {"generateName": f"{about['name']}-", "namespace": "default"},
        "involvedObject": about,
        "source": {"component": "egress-ha"},
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }
