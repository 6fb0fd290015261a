"""The part on the gateways: it has the addresses that the policies' status gives this node, and answers probes.

An address lives a few seconds in the kernel unless it is prolonged, so that a gateway whose processes are
frozen loses it. It is prolonged while this node hears anything of the cluster: a node that nobody reaches gives
its addresses up, because they may be given to another one.
"""

from __future__ import annotations

import contextlib
import threading
import time
from ipaddress import IPv4Address, ip_address
from typing import Any

from config.egress import HA_API_VERSION, HA_KIND, EgressHA
from config.errors import ApiError
from config.net import Address
from controllers.egress_ha import arp, interface
from controllers.egress_ha.addresses import parsed
from controllers.egress_ha.probe import Prober, Responder
from controllers.egress_ha.watch import Watched
from transport.kube import Kube

_TICK = 0.5


class NodePart:
    """One gateway. `address` is its InternalIP."""

    def __init__(self, kube: Kube, settings: EgressHA, address: Address) -> None:
        self._settings, self._address = settings, address
        self._wake = threading.Event()
        self._policies = Watched(kube, HA_API_VERSION, HA_KIND, self._wake.set)
        self._heard = time.monotonic()
        self._held: dict[Address, str] = {}
        self._conflicts: dict[Address, float] = {}

    def run(self) -> None:
        """Until the process is ended; what it holds stays until its lifetime is over."""
        self._policies.start()
        Responder(self._settings.probe_port, self._document, self._contact).start()
        Prober(self._settings.probe_port, 1.0, self._peers, self._answered).start()
        self._held = interface.held()
        while True:
            self._wake.wait(_TICK)
            self._wake.clear()
            with contextlib.suppress(interface.InterfaceError):
                self.reconcile()

    def reconcile(self) -> None:
        """Hold what is ours, drop what is not."""
        wanted = self._wanted()
        # A conflict is told for a while and then forgotten: whoever had the address may have left.
        forget = time.monotonic() - 2 * self._settings.address_lifetime
        self._conflicts = {address: asked for address, asked in self._conflicts.items() if asked > forget}
        # What the kernel has: after a standstill it may have dropped what this process remembers.
        there = interface.held()
        for address, device in there.items():
            if address not in wanted:
                interface.drop(address, device)
        held = {}
        for address in wanted:
            device = interface.device_for(address, self._address)
            if address not in there and self._conflicting(address, device):
                continue
            interface.hold(address, device, self._settings.address_lifetime)
            held[address] = device
            if address not in there and isinstance(address, IPv4Address):
                arp.announce(device, address)
        self._held = held

    def _wanted(self) -> set[Address]:
        if not self._policies.synced.is_set():
            # Not known yet: what an earlier life of this process left is prolonged.
            return set(self._held)
        last = max(self._heard, self._policies.answered)
        if time.monotonic() - last > self._settings.address_lifetime and not self._ask():
            return set()
        return {
            address
            for item in self._policies.objects()
            for group in (item.get("status") or {}).get("groupStatuses", [])
            for gateway, address in parsed(group.get("egressIPByGatewayIP") or {}).items()
            if gateway == self._address
        }

    def _conflicting(self, address: Address, device: str) -> bool:
        """Whether somebody else on the link has it; asked again every few seconds."""
        asked = self._conflicts.get(address)
        if asked is not None and time.monotonic() - asked < self._settings.address_lifetime:
            return True
        if isinstance(address, IPv4Address) and arp.in_use(device, address):
            self._conflicts[address] = time.monotonic()
            return True
        self._conflicts.pop(address, None)
        return False

    def _ask(self) -> bool:
        try:
            self._policies.refresh()
        except ApiError:
            return False
        return True

    def _contact(self) -> None:
        self._heard = time.monotonic()

    def _peers(self) -> set[Address]:
        """The other gateways: asked only while nobody asks us."""
        if time.monotonic() - self._heard < 2 * _TICK:
            return set()
        groups = [g for item in self._policies.objects() for g in (item.get("status") or {}).get("groupStatuses", [])]
        known = {ip_address(text) for group in groups for text in group.get("egressIPByGatewayIP") or {}}
        return known - {self._address}

    def _answered(self, peer: Address, answered: bool, document: Any) -> None:
        if answered:
            self._contact()

    def _document(self) -> Any:
        return {"held": sorted(map(str, self._held)), "conflicts": sorted(map(str, self._conflicts))}
