"""Holds egress addresses on the interfaces of this node: adds them, prolongs their lifetime, and removes them.

The kernel drops an address after a few seconds unless the holder prolongs it. So a gateway with frozen processes
loses its addresses.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address

from config.net import Address
from controllers.egress_ha.gateway import arp, interfaces
from controllers.egress_ha.gateway.conflicts import Conflicts, in_use

log = logging.getLogger("egress-ha")
# A step that takes more seconds than this means that the host stood still: even a busy machine is faster.
STANDSTILL = 2.0


class AddressHolder:
    """`near`: the node's InternalIP. `devices`: address -> its link, for the node's present addresses.

    The holder calls `again` if the next round must come at once.
    """

    def __init__(self, near: Address, lifetime: int, conflicts: Conflicts, again: Callable[[], None]) -> None:
        self._near, self._lifetime, self._conflicts, self._again = near, lifetime, conflicts, again
        self.devices: dict[Address, str] = {}
        self._there: list[interfaces.InterfaceAddress] = []
        self._looked = 0.0
        # Address -> the last error, so that the holder logs an error once.
        self._errors: dict[Address, str] = {}

    def look(self) -> None:
        """Read the present addresses of this host. Raises InterfaceError."""
        self._looked = time.monotonic()
        self._there = interfaces.entries()
        self.devices = interfaces.held(self._there)

    def hold(self, wanted: set[Address]) -> frozenset[Address]:
        """Hold exactly the wanted addresses, after a `look`; returns the addresses that the node has then.

        A failure with one address does not stop the others.
        """
        on = self.devices
        self._conflicts.update()
        wanted = wanted - (on.keys() & self._conflicts.found.keys())
        stuck = {a for a in on.keys() - wanted if not self._try(a, partial(interfaces.drop, a, on[a]))}
        kept = {address: on[address] for address in on.keys() & wanted}
        with contextlib.suppress(interfaces.InterfaceError):
            interfaces.prolong(kept, self._lifetime)
        self._drop_late(kept)
        taken = {a for a in wanted - on.keys() if self._try(a, partial(self._take, a))}
        return frozenset(kept) | stuck | taken

    def _drop_late(self, kept: dict[Address, str]) -> None:
        """Remove the addresses that the kernel may have dropped before the holder prolonged them.

        Such an address was added again without a check whether another host has it. The next round adds the address
        again, with the check.
        """
        now = time.monotonic()
        ends = {entry.interface.ip: self._looked + entry.left - 1 for entry in self._there}
        for address in [address for address in kept if ends[address] <= now]:
            self._try(address, partial(interfaces.drop, address, kept.pop(address)))
            self._again()

    def _take(self, address: Address) -> None:
        """Add an address that the node does not have, unless another host has it. Raises InterfaceError."""
        began = time.monotonic()
        device = interfaces.device_for(address, self._near, self._there)
        self._conflicts.check(address)
        who = self._holder(address, device)
        if who:
            self._conflicts.add(address, who)
            raise in_use(address, who)
        self._conflicts.remove(address)
        interfaces.hold(address, device, self._lifetime)
        if time.monotonic() - began > STANDSTILL:
            interfaces.drop(address, device)
            raise interfaces.InterfaceError(
                f"{address}: dropped again, because this host stood still after its ARP probe for the address"
            )
        self.devices = {**self.devices, address: device}
        if isinstance(address, IPv4Address):
            arp.announce(device, address)

    def _holder(self, address: Address, device: str) -> str:
        """The name of the host that has the address, another host or this host by other means; empty without one."""
        if any(entry.interface.ip == address for entry in self._there):
            return "this host itself"
        mac = arp.holder(device, address) if isinstance(address, IPv4Address) else None
        return arp.named(mac, device) if mac is not None else ""

    def _try(self, address: Address, act: Callable[[], None]) -> bool:
        """Whether the act succeeds for the address."""
        try:
            act()
        except interfaces.InterfaceError as error:
            if self._errors.get(address) != str(error):
                log.warning("%s", error)
            self._errors[address] = str(error)
            return False
        self._errors.pop(address, None)
        return True
