"""The process on a gateway node: it holds the addresses that the policies' status assigns to the node.

The process answers the controller's probes with its state: its addresses, their conflicts, and its uplinks.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from math import inf
from typing import Any

from config.egress import HA_API_VERSION, HA_KIND, EgressHA
from config.net import Address
from controllers.egress_ha.gateway.address_holder import STANDSTILL, AddressHolder
from controllers.egress_ha.gateway.assignment import Assignment
from controllers.egress_ha.gateway.conflict_detection import ConflictDetector
from controllers.egress_ha.gateway.conflicts import Conflicts
from controllers.egress_ha.gateway.interfaces import InterfaceError
from controllers.egress_ha.gateway.readiness import Readiness
from controllers.egress_ha.gateway.uplinks import Uplinks
from controllers.egress_ha.protocol.gateway_state import GatewayState
from controllers.egress_ha.protocol.informer import Informer
from controllers.egress_ha.protocol.key_sync import KeySync
from controllers.egress_ha.protocol.keys import KeyRing
from controllers.egress_ha.protocol.responder import Responder
from controllers.egress_ha.protocol.wire import GATEWAY
from transport.kube import Kube

log = logging.getLogger("egress-ha")
_TICK = 0.5


class GatewayProcess:
    """One gateway. `address`: the node's InternalIP."""

    def __init__(self, kube: Kube, settings: EgressHA, address: Address, keys: KeyRing) -> None:
        self._settings, self._address, self._keys = settings, address, keys
        self._key_sync = KeySync(kube, settings.namespace, keys)
        self._lifetime = settings.address_lifetime
        self._wake = threading.Event()
        self._policies = Informer(kube, HA_API_VERSION, HA_KIND, self._wake.set)
        self._assignment = Assignment(self._policies, address, self._lifetime)
        self._conflicts = Conflicts(self._lifetime)
        self._holder = AddressHolder(address, self._lifetime, self._conflicts, self._wake.set)
        self._uplinks = Uplinks(settings, self._assignment.destinations)
        self._readiness = Readiness(settings)
        # The state after the last round, and when that round ended.
        self._state, self._round = GatewayState(), -inf

    def run(self) -> None:
        """Run until the process ends. The kernel keeps the addresses until the end of their lifetime."""
        self._policies.start()
        self._readiness.start()
        if self._settings.uplink_checks:
            # The first answer must be correct. Without the API the node knows nothing, but then nothing moves, either.
            self._policies.synced.wait(_TICK)
            self._uplinks.start()
            self._uplinks.known.wait(self._settings.probe_interval * self._settings.misses + _TICK)
        self._key_sync.start()
        port, asked = self._settings.probe_port, self._assignment.asked
        Responder(self._address, port, GATEWAY, self._keys, self._document, asked).start()
        ConflictDetector(self._held_on, self._lost).start()
        while True:
            self._wake.wait(_TICK)
            self._wake.clear()
            try:
                self.reconcile()
            except InterfaceError as error:
                log.warning("%s", error)

    def reconcile(self) -> None:
        """One round: hold the assigned addresses of this node, and drop others. Raises InterfaceError."""
        seen = self._policies.seen
        self._holder.look()
        on = self._holder.devices
        if time.monotonic() - self._round > STANDSTILL:
            # The agent on this host most likely stood still as well, and is behind, too.
            self._readiness.changed()
        wanted = self._assignment.wanted(set(on), self._round)
        if wanted is None:
            self._done(GatewayState(frozenset(on)))
            return
        held = self._holder.hold(wanted)
        # An address that the node cannot add changes nothing. An address that the kernel dropped meanwhile is new.
        if not held == on.keys() == self._state.held:
            self._readiness.changed()
        self._done(GatewayState(held, self._conflicts.strangers(), seen))

    def _done(self, state: GatewayState) -> None:
        for address in state.held ^ self._state.held:
            log.info("%s %s", "has" if address in state.held else "no longer has", address)
        self._state, self._round = state, time.monotonic()

    def _held_on(self) -> dict[Address, str]:
        """Address -> its link, for the addresses that this node has now."""
        devices = self._holder.devices
        return {address: devices[address] for address in self._state.held if address in devices}

    def _lost(self, address: Address, who: str) -> None:
        self._conflicts.claim(address, who)
        self._wake.set()

    def _document(self) -> Any:
        """The state after the last round. A state from before a standstill is outdated and left out."""
        fresh = time.monotonic() - self._round <= self._lifetime
        state = self._state if fresh else GatewayState()
        return replace(state, cut=self._uplinks.cut, ready=fresh and self._readiness.ready).document()
