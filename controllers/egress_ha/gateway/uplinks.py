"""Whether a gateway has a way out: a route to each destination, its link up, and a next hop that answers.

The probes of the controller go by the nodes' own network; a gateway that has lost another link, or the router
behind it, answers them as ever and drops its pods' traffic. No more than the first hop is asked: what is behind
it is the same for all gateways, and a destination that is down is not theirs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import count
from pathlib import Path

from config.egress import EgressHA
from config.net import Prefix
from controllers.egress_ha.gateway import arp
from controllers.egress_ha.gateway.next_hop import Hop, hops
from controllers.egress_ha.liveness.flap_damping import Patience
from controllers.egress_ha.liveness.health import Health, Thresholds

log = logging.getLogger("egress-ha")
_LINKS = Path("/sys/class/net")
_NOARP = 0x80
# Routes are looked up so often, in seconds; links and next hops at every probe.
_ROUTES = 1.0


@dataclass
class _Way:
    """What is known of a destination; damped like a gateway: a route that flaps shall not move traffic each time."""

    health: Health
    patience: Patience

    def told(self, now: float, answers: bool) -> bool:
        """Whether to count on it."""
        self.health.probed(answers)
        return self.patience.told(now, self.health.up is not False, self.health.steady)


class Uplinks(threading.Thread):
    """Looks after the ways to all destinations."""

    def __init__(self, settings: EgressHA, destinations: Callable[[], Iterable[Prefix]]) -> None:
        super().__init__(name="uplinks", daemon=True)
        self._settings, self._destinations = settings, destinations
        self._hops: Mapping[IPv4Network, Hop] = {}
        self._looked = -_ROUTES
        self._ways: dict[IPv4Network, _Way] = {}
        # Those that there was a route to, all of it, since this process began.
        self._covered: set[IPv4Network] = set()
        # Next hop -> MAC, of those that answered the last time.
        self._macs: dict[Hop, bytes] = {}
        # The destinations without a way, and whether enough was asked to know.
        self.cut: frozenset[IPv4Network] = frozenset()
        self.known = threading.Event()

    def run(self) -> None:
        for rounds in count(1):
            began = time.monotonic()
            self.look(began)
            if rounds >= self._settings.misses:
                self.known.set()
            time.sleep(max(0.0, began + self._settings.probe_interval - time.monotonic()))

    def look(self, now: float) -> None:
        """One round."""
        destinations = {prefix for prefix in self._destinations() if isinstance(prefix, IPv4Network)}
        if now - self._looked >= _ROUTES or destinations != self._hops.keys():
            self._hops, self._looked = hops(destinations), now
            self._covered = {p for p, hop in self._hops.items() if hop.device or p in self._covered}
        answering = {hop for hop in set(self._hops.values()) if self._answers(hop)}
        # A policy for 0.0.0.0/0 on gateways that never had a default route is meant for what they have routes to.
        fine = {p for p, hop in self._hops.items() if hop in answering or (hop.partly and p not in self._covered)}
        self._ways = {prefix: self._ways.get(prefix) or self._new() for prefix in self._hops}
        cut = frozenset(prefix for prefix, way in self._ways.items() if not way.told(now, prefix in fine))
        if cut != self.cut:
            for prefix in cut ^ self.cut:
                log.warning("%s to %s, %s", "no way" if prefix in cut else "a way", prefix, self._hops.get(prefix))
            self.cut = cut

    def _new(self) -> _Way:
        settings = self._settings
        return _Way(Health(Thresholds(settings.misses, settings.recoveries)), Patience(settings.max_hold))

    def _answers(self, hop: Hop) -> bool:
        if hop.device == "lo":
            return True
        try:
            link = _LINKS / hop.device
            if not hop.device or (link / "carrier").read_text().strip() != "1":
                return False
            silent = int((link / "flags").read_text(), 16) & _NOARP
        except OSError:
            # There is no such link any more, or it is down.
            return False
        if hop.via is None or silent:
            return True
        mac = arp.owner(hop.device, hop.source, hop.via, self._macs.pop(hop, None))
        if mac is not None:
            self._macs[hop] = mac
        return mac is not None
