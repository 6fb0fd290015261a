"""What this replica sees of the gateways, and what the other replicas say that they see."""

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
from controllers.egress_ha.liveness.flap_damping import Patience
from controllers.egress_ha.liveness.health import Health, Thresholds
from controllers.egress_ha.protocol.gateway_state import Report
from controllers.egress_ha.replica.quorum import View, agreed

log = logging.getLogger("egress-ha")

_WORD = {None: "unknown", True: "up", False: "down"}
Reports = dict[Address, tuple[Report, float]]


@dataclass
class _Peer:
    """Another replica: whether it answers, and what it said last."""

    health: Health
    up: dict[Address, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Agreed:
    """Gateway -> whether to use it; and those that answer, be they used or still kept waiting."""

    serving: Mapping[Address, bool]
    answering: frozenset[Address] = frozenset()


class Sight:
    """Health and last report of every gateway. Threads may share it; `changed` is called when there is news."""

    def __init__(self, thresholds: Thresholds, longest_hold: float, changed: Callable[[], None]) -> None:
        self._thresholds, self._longest_hold, self._changed = thresholds, longest_hold, changed
        self._lock = threading.Lock()
        self._health: dict[Address, Health] = {}
        self._reports: Reports = {}
        self._peers: dict[Address, _Peer] = {}
        self._agreed: dict[Address, bool] = {}
        self._patience: dict[Address, Patience] = {}

    def gateway(self, gateway: Address, answered: bool, document: Any) -> None:
        """The result of a probe of a gateway. An answer that is no report is none."""
        now = time.monotonic()
        try:
            report = Report.parse(document) if answered else None
        except ValueError:
            report = None
        with self._lock:
            health = self._health.setdefault(gateway, Health(self._thresholds))
            changed = health.probed(report is not None)
            if report is not None:
                changed = changed or self._reports.get(gateway, (None, 0.0))[0] != report
                self._reports[gateway] = (report, now)
        if changed:
            said = json.dumps(report.document()) if report is not None else ""
            log.info("gateway %s: %s %s", gateway, _WORD[health.up], said)
            self._changed()

    def peer(self, peer: Address, answered: bool, document: Any) -> None:
        """The result of a question to another replica."""
        now = time.monotonic()
        try:
            up, reports = _parsed(document, now) if answered else ({}, {})
        except ValueError:
            answered = False
        with self._lock:
            one = self._peers.setdefault(peer, _Peer(Health(self._thresholds)))
            one.health.probed(answered)
            before = one.up
            if answered:
                one.up = up
                for gateway, (report, when) in reports.items():
                    if when > self._reports.get(gateway, (report, 0.0))[1]:
                        self._reports[gateway] = (report, when)
            if not one.health.up:
                one.up = {}
            changed = one.up != before
        if changed:
            self._changed()

    def told(self) -> dict[str, Any]:
        """What the other replicas are told: of each gateway whether it is up, and how long ago it said what."""
        now = time.monotonic()
        with self._lock:
            return {
                str(gateway): {
                    "up": health.up,
                    "age": round(now - self._reports[gateway][1], 3),
                    "report": self._reports[gateway][0].document(),
                }
                if gateway in self._reports
                else {"up": health.up}
                for gateway, health in self._health.items()
            }

    def reports(self) -> Reports:
        """What each gateway said last to any replica, and when (monotonic seconds)."""
        with self._lock:
            return dict(self._reports)

    def agreed(self, gateways: Collection[Address], peers: Collection[Address]) -> Agreed | None:
        """What is agreed with the peers on each gateway. None while this replica does not know of all."""
        with self._lock:
            for gone in self._health.keys() - set(gateways):
                del self._health[gone]
            own = View("self", {a: health.up for a, health in self._health.items() if health.up is not None})
            steady = {a for a, health in self._health.items() if health.steady}
            others = [View(str(a), dict(one.up)) for a, one in self._peers.items() if a in peers and one.up]
        self._agreed = {a: up for a, up in agreed(own, others, self._agreed).items() if a in gateways}
        if not all(gateway in own.up for gateway in gateways):
            return None
        now = time.monotonic()
        self._patience = {a: self._patience.get(a, Patience(self._longest_hold)) for a in gateways}
        # Whom this replica does not reach, it has no word on.
        serving = {
            a: patience.told(now, self._agreed.get(a, False), not own.up[a] or a in steady)
            for a, patience in self._patience.items()
        }
        return Agreed(serving, frozenset(a for a, up in self._agreed.items() if up))


def _parsed(document: object, now: float) -> tuple[dict[Address, bool], Reports]:
    """Another replica's `told`. Raises ValueError for anything else."""
    if not isinstance(document, dict):
        raise ValueError("a view is an object")
    up: dict[Address, bool] = {}
    reports: Reports = {}
    for text, entry in document.items():
        gateway = ip_address(text)
        if not isinstance(entry, dict):
            raise ValueError("what is said of a gateway is an object")
        if isinstance(entry.get("up"), bool):
            up[gateway] = entry["up"]
        age = entry.get("age")
        if isinstance(age, int | float) and age >= 0 and "report" in entry:
            reports[gateway] = (Report.parse(entry["report"]), now - age)
    return up, reports
