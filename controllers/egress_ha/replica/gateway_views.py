"""This replica's view of the gateways, and the views that other replicas report."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from config.net import Address
from controllers.egress_ha.liveness.flap_damping import FlapDamping
from controllers.egress_ha.liveness.health import Health, Thresholds
from controllers.egress_ha.protocol.gateway_state import GatewayState, HeardStates
from controllers.egress_ha.replica.quorum import ReplicaView, agree

log = logging.getLogger("egress-ha")

_WORD = {None: "unknown", True: "up", False: "down"}


@dataclass
class _Peer:
    """Another replica: whether the replica answers, and its last view (gateway -> up)."""

    health: Health
    up: dict[Address, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class AgreedHealth:
    """`serving`: gateway -> whether to use the gateway. `answering`: gateways that answer, including damped ones."""

    serving: Mapping[Address, bool]
    answering: frozenset[Address] = frozenset()


class GatewayViews:
    """Health and last state of every gateway. Threads may share an object. `changed`: called after each change."""

    def __init__(self, thresholds: Thresholds, longest_hold: float, changed: Callable[[], None]) -> None:
        self._thresholds, self._longest_hold, self._changed = thresholds, longest_hold, changed
        self._lock = threading.Lock()
        self._health: dict[Address, Health] = {}
        self._states: dict[Address, tuple[GatewayState, float]] = {}
        self._peers: dict[Address, _Peer] = {}
        self._agreed: dict[Address, bool] = {}
        self._damping: dict[Address, FlapDamping] = {}

    def update_gateway(self, gateway: Address, answered: bool, document: Any) -> None:
        """Process the result of a gateway's probe. An unreadable answer counts as a miss."""
        now = time.monotonic()
        try:
            state = GatewayState.parse(document) if answered else None
        except ValueError:
            state = None
        with self._lock:
            health = self._health.setdefault(gateway, Health(self._thresholds))
            changed = health.update(state is not None)
            if state is not None:
                changed = changed or self._states.get(gateway, (None, 0.0))[0] != state
                self._states[gateway] = (state, now)
        if changed:
            text = json.dumps(state.document()) if state is not None else ""
            log.info("gateway %s: %s %s", gateway, _WORD[health.up], text)
            self._changed()

    def update_peer(self, peer: Address, answered: bool, document: Any) -> None:
        """Process the result of another replica's probe. An unreadable answer counts as a miss."""
        now = time.monotonic()
        try:
            up, states = _parsed_view(document, now) if answered else ({}, {})
        except ValueError:
            answered = False
        with self._lock:
            one = self._peers.setdefault(peer, _Peer(Health(self._thresholds)))
            one.health.update(answered)
            before = one.up
            if answered:
                one.up = up
                for gateway, (state, when) in states.items():
                    if when > self._states.get(gateway, (state, 0.0))[1]:
                        self._states[gateway] = (state, when)
            if not one.health.up:
                one.up = {}
            changed = one.up != before
        if changed:
            self._changed()

    def document(self) -> dict[str, Any]:
        """The answer to the other replicas: whether each gateway is up, its last state, and the age of that state."""
        now = time.monotonic()
        with self._lock:
            return {
                str(gateway): {
                    "up": health.up,
                    "age": round(now - self._states[gateway][1], 3),
                    "report": self._states[gateway][0].document(),
                }
                if gateway in self._states
                else {"up": health.up}
                for gateway, health in self._health.items()
            }

    def states(self) -> dict[Address, tuple[GatewayState, float]]:
        """The last state that any replica heard from each gateway, and when (monotonic seconds)."""
        with self._lock:
            return dict(self._states)

    def agree(self, gateways: Collection[Address], peers: Collection[Address]) -> AgreedHealth | None:
        """The agreement of this replica and its peers; None while this replica does not know every gateway."""
        with self._lock:
            for gone in self._health.keys() - set(gateways):
                del self._health[gone]
            own = ReplicaView("self", {a: health.up for a, health in self._health.items() if health.up is not None})
            steady = {a for a, health in self._health.items() if health.steady}
            others = [ReplicaView(str(a), dict(one.up)) for a, one in self._peers.items() if a in peers and one.up]
        self._agreed = {a: up for a, up in agree(own, others, self._agreed).items() if a in gateways}
        if not all(gateway in own.up for gateway in gateways):
            return None
        now = time.monotonic()
        self._damping = {a: self._damping.get(a, FlapDamping(self._longest_hold)) for a in gateways}
        # A gateway that this replica does not reach counts as steady.
        serving = {
            a: damping.update(now, self._agreed.get(a, False), not own.up[a] or a in steady)
            for a, damping in self._damping.items()
        }
        return AgreedHealth(serving, frozenset(a for a, up in self._agreed.items() if up))


def _parsed_view(document: object, now: float) -> tuple[dict[Address, bool], HeardStates]:
    """Gateway -> up, and the states, from another replica's answer. Raises ValueError if it is no view."""
    if not isinstance(document, dict):
        raise ValueError("a view is an object")
    up: dict[Address, bool] = {}
    states: dict[Address, tuple[GatewayState, float]] = {}
    for text, entry in document.items():
        gateway = ip_address(text)
        if not isinstance(entry, dict):
            raise ValueError("the view of a gateway is an object")
        if isinstance(entry.get("up"), bool):
            up[gateway] = entry["up"]
        age = entry.get("age")
        if isinstance(age, int | float) and age >= 0 and "report" in entry:
            states[gateway] = (GatewayState.parse(entry["report"]), now - age)
    return up, states
