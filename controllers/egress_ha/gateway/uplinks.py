"""The uplinks of a gateway: for each destination a route, its link up, and a next hop that answers.

The controller's probes use the nodes' own network. A gateway that has lost another link, or the router behind that
link, still answers the probes but drops its pods' traffic. So the gateway probes its next hops. It probes nothing
behind them: the network behind the next hops is the same for all gateways.
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
from controllers.egress_ha.gateway.next_hop import NextHop, next_hops
from controllers.egress_ha.liveness.flap_damping import FlapDamping
from controllers.egress_ha.liveness.health import Health, Thresholds

log = logging.getLogger("egress-ha")
_LINKS = Path("/sys/class/net")
_NOARP = 0x80
# Seconds between two reads of the routes. Each round checks links and next hops.
_ROUTES = 1.0


@dataclass
class _Uplink:
    """The uplink to one destination, damped like a gateway: a flapping route must not move traffic each time."""

    health: Health
    damping: FlapDamping

    def update(self, now: float, answers: bool) -> bool:
        """Process the result of a round; returns whether to use the uplink now."""
        self.health.update(answers)
        return self.damping.update(now, self.health.up is not False, self.health.steady)


class Uplinks(threading.Thread):
    """Watches the uplinks to all destinations.

    `cut`: the destinations without an uplink. `known` is set once enough rounds have passed to know.
    """

    def __init__(self, settings: EgressHA, destinations: Callable[[], Iterable[Prefix]]) -> None:
        super().__init__(name="uplinks", daemon=True)
        self._settings, self._destinations = settings, destinations
        self._hops: Mapping[IPv4Network, NextHop] = {}
        self._looked = -_ROUTES
        self._uplinks: dict[IPv4Network, _Uplink] = {}
        # The destinations that a route has covered completely since this process began.
        self._covered: set[IPv4Network] = set()
        # Next hop -> MAC, for the next hops that answered in the last round.
        self._macs: dict[NextHop, bytes] = {}
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
            self._hops, self._looked = next_hops(destinations), now
            self._covered = {p for p, hop in self._hops.items() if hop.device or p in self._covered}
        answering = {hop for hop in set(self._hops.values()) if self._answers(hop)}
        # On gateways that never had a default route, a policy for 0.0.0.0/0 only means the destinations with routes.
        fine = {p for p, hop in self._hops.items() if hop in answering or (hop.partly and p not in self._covered)}
        self._uplinks = {prefix: self._uplinks.get(prefix) or self._new() for prefix in self._hops}
        cut = frozenset(prefix for prefix, uplink in self._uplinks.items() if not uplink.update(now, prefix in fine))
        if cut != self.cut:
            for prefix in cut ^ self.cut:
                log.warning(
                    "%s to %s, %s", "no uplink" if prefix in cut else "an uplink", prefix, self._hops.get(prefix)
                )
            self.cut = cut

    def _new(self) -> _Uplink:
        settings = self._settings
        return _Uplink(Health(Thresholds(settings.misses, settings.recoveries)), FlapDamping(settings.max_hold))

    def _answers(self, hop: NextHop) -> bool:
        if hop.device == "lo":
            return True
        try:
            link = _LINKS / hop.device
            if not hop.device or (link / "carrier").read_text().strip() != "1":
                return False
            silent = int((link / "flags").read_text(), 16) & _NOARP
        except OSError:
            # The link is missing or down.
            return False
        if hop.via is None or silent:
            return True
        mac = arp.owner(hop.device, hop.source, hop.via, self._macs.pop(hop, None))
        if mac is not None:
            self._macs[hop] = mac
        return mac is not None
