"""The part on the gateways: it has the addresses that the policies' status gives this node, and answers probes.

An address lives a few seconds in the kernel unless it is prolonged, so that a gateway whose processes are
frozen loses it. It is prolonged while the API speaks, or a controller that hears this node and knows nothing
newer than this node does: one that is cut off gives its addresses up, because they may be given to another.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address, ip_network
from math import inf
from typing import Any

from config.egress import HA_API_VERSION, HA_KIND, EgressHA
from config.errors import ApiError
from config.net import Address, Prefix
from controllers.egress_ha.gateway import arp, conflict_detection, interfaces
from controllers.egress_ha.gateway.readiness import Readiness
from controllers.egress_ha.gateway.uplinks import Uplinks
from controllers.egress_ha.protocol.gateway_state import GatewayState
from controllers.egress_ha.protocol.informer import Informer
from controllers.egress_ha.protocol.key_sync import KeySync
from controllers.egress_ha.protocol.keys import KeyRing
from controllers.egress_ha.protocol.responder import Question, Responder
from controllers.egress_ha.protocol.status import assigned_addresses
from controllers.egress_ha.protocol.wire import GATEWAY
from transport.kube import Kube

log = logging.getLogger("egress-ha")
_TICK = 0.5
# Seconds between two rounds that are no busy machine any more.
_STILL = 2.0


class GatewayProcess:
    """One gateway. `address` is its InternalIP."""

    def __init__(self, kube: Kube, settings: EgressHA, address: Address, keys: KeyRing) -> None:
        self._settings, self._address, self._keys = settings, address, keys
        self._key_sync = KeySync(kube, settings.namespace, keys)
        self._lifetime = settings.address_lifetime
        self._wake = threading.Event()
        self._policies = Informer(kube, HA_API_VERSION, HA_KIND, self._wake.set)
        self._heard = -inf
        # When the last round ended, and when it was last noticed that this process had stood still.
        self._round = self._stood = -inf
        # Address -> when another host on the link was found to have it, and who that is.
        self._conflicts: dict[Address, tuple[float, str]] = {}
        self._claimed: deque[tuple[Address, str]] = deque()
        # Address -> the link that it was put on.
        self._devices: dict[Address, str] = {}
        self._troubles: dict[Address, str] = {}
        self._report = GatewayState()
        self._uplinks = Uplinks(settings, self._destinations)
        self._readiness = Readiness(settings)

    def run(self) -> None:
        """Until the process is ended; what it holds stays until its lifetime is over."""
        self._policies.start()
        self._readiness.start()
        if self._settings.uplink_checks:
            # The first answer is to be a true one; without the API nothing is known, and nothing moves either.
            self._policies.synced.wait(_TICK)
            self._uplinks.start()
            self._uplinks.known.wait(self._settings.probe_interval * self._settings.misses + _TICK)
        self._key_sync.start()
        Responder(self._address, self._settings.probe_port, GATEWAY, self._keys, self._document, self._asked).start()
        conflict_detection.ConflictDetector(lambda: self._on, self._lost).start()
        while True:
            self._wake.wait(_TICK)
            self._wake.clear()
            try:
                self.reconcile()
            except interfaces.InterfaceError as error:
                log.warning("%s", error)

    def reconcile(self) -> None:
        """Hold what is ours, drop what is not. One address that makes trouble is no trouble for the others."""
        seen = self._policies.seen
        looked = time.monotonic()
        there = interfaces.entries()
        self._devices = on = interfaces.held(there)
        wanted = self._wanted(on)
        if wanted is None:
            self._done(GatewayState(frozenset(on)))
            return
        self._note_conflicts()
        wanted -= on.keys() & self._conflicts.keys()
        stuck = {a for a in on.keys() - wanted if not self._managed(a, partial(interfaces.drop, a, on[a]))}
        kept = {address: on[address] for address in on.keys() & wanted}
        with contextlib.suppress(interfaces.InterfaceError):
            interfaces.prolong(kept, self._lifetime)
        self._drop_late(kept, {entry.interface.ip: looked + entry.left - 1 for entry in there})
        taken = {a for a in wanted - on.keys() if self._managed(a, partial(self._take, a, there))}
        held = frozenset(kept) | stuck | taken
        # An address that cannot be taken changes nothing; one that the kernel dropped meanwhile is new again.
        if not held == on.keys() == self._report.held:
            self._readiness.changed()
        self._done(GatewayState(held, {address: who for address, (_, who) in self._conflicts.items()}, seen))

    def _drop_late(self, kept: dict[Address, str], ends: dict[Address, float]) -> None:
        """Take off what may have gone before it was prolonged: prolonging puts it on anew, and asks nobody.

        `ends`: until when the kernel certainly had each address; the next round takes what is still to be here.
        """
        now = time.monotonic()
        for address in [address for address in kept if ends[address] <= now]:
            self._managed(address, partial(interfaces.drop, address, kept.pop(address)))
            self._wake.set()

    def _done(self, report: GatewayState) -> None:
        for address in report.held ^ self._report.held:
            log.info("%s %s", "has" if address in report.held else "has no more", address)
        self._report, self._round = report, time.monotonic()

    def _wanted(self, on: dict[Address, str]) -> set[Address] | None:
        """What this node is to have; None: not known, and what is there lives as long as the kernel lets it."""
        now = time.monotonic()
        if now - self._round > _STILL:
            # The agent on this host stood still as well, most likely, and is no further than this process.
            self._readiness.changed()
        if not self._policies.synced.is_set():
            # What an earlier life of this process left is prolonged while a controller hears it.
            return set(on) if now - self._heard <= self._lifetime else None
        if now - self._round > self._lifetime:
            # Questions that waited meanwhile are answered now, and prove nothing.
            self._stood = now
        spoke = self._policies.answered
        if (spoke < self._stood or now - max(self._heard, spoke) > self._lifetime) and not self._ask():
            return set()
        return {
            address
            for item in self._policies.objects()
            for gateway, address in assigned_addresses(item)
            if gateway == self._address
        }

    def _take(self, address: Address, there: list[interfaces.InterfaceAddress]) -> None:
        """Put an address on that is not there yet, unless somebody else has it. Raises InterfaceError."""
        began = time.monotonic()
        device = interfaces.device_for(address, self._address, there)
        asked, who = self._conflicts.get(address, (-inf, ""))
        if time.monotonic() - asked < self._lifetime:
            raise interfaces.InterfaceError(f"{address} is used by {who}")
        own = any(entry.interface.ip == address for entry in there)
        mac = arp.holder(device, address) if isinstance(address, IPv4Address) and not own else None
        if own or mac is not None:
            who = "this host itself" if mac is None else arp.named(mac, device)
            self._conflicts[address] = (time.monotonic(), who)
            raise interfaces.InterfaceError(f"{address} is used by {who}")
        self._conflicts.pop(address, None)
        interfaces.hold(address, device, self._lifetime)
        if time.monotonic() - began > _STILL:
            interfaces.drop(address, device)
            raise interfaces.InterfaceError(f"{address}: this host stood still since it asked who has the address")
        self._devices = {**self._devices, address: device}
        if isinstance(address, IPv4Address):
            arp.announce(device, address)

    def _managed(self, address: Address, act: Callable[[], None]) -> bool:
        """Whether it could be done; why not is told once."""
        try:
            act()
        except interfaces.InterfaceError as error:
            if self._troubles.get(address) != str(error):
                log.warning("%s", error)
            self._troubles[address] = str(error)
            return False
        self._troubles.pop(address, None)
        return True

    @property
    def _on(self) -> dict[Address, str]:
        """What this node has now, and on which link."""
        devices = self._devices
        return {address: devices[address] for address in self._report.held if address in devices}

    def _lost(self, address: Address, who: str) -> None:
        self._claimed.append((address, who))
        self._wake.set()

    def _note_conflicts(self) -> None:
        """A conflict is told for a while and then forgotten: whoever had the address may have left."""
        while self._claimed:
            address, who = self._claimed.popleft()
            self._conflicts[address] = (time.monotonic(), who)
        forget = time.monotonic() - 2 * self._lifetime
        self._conflicts = {address: (asked, who) for address, (asked, who) in self._conflicts.items() if asked > forget}

    def _ask(self) -> bool:
        try:
            self._policies.refresh()
        except ApiError:
            return False
        return True

    def _asked(self, question: Question) -> None:
        if question.version <= self._policies.seen or not self._policies.synced.is_set():
            # When the answer was sent that it heard: a question that somebody sends again later proves nothing new.
            self._heard = max(self._heard, question.heard)

    def _document(self) -> Any:
        """The last round's report; one from before a standstill is not true any more, and says nothing."""
        fresh = time.monotonic() - self._round <= self._lifetime
        report = self._report if fresh else GatewayState()
        return replace(report, cut=self._uplinks.cut, ready=fresh and self._readiness.ready).document()

    def _destinations(self) -> set[Prefix]:
        """Of all policies: whether this node is a gateway of them is for the controller to know."""
        found = set()
        for item in self._policies.objects():
            for text in item.get("spec", {}).get("destinationCIDRs", ()):
                # What is no prefix the controller does not accept either.
                with contextlib.suppress(ValueError):
                    found.add(ip_network(text))
        return found
