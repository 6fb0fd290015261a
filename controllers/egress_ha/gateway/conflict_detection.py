"""Address conflict detection (RFC 5227): another host claims an address that this gateway holds."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address

from config.net import Address
from controllers.egress_ha.gateway import arp
from controllers.egress_ha.gateway.interfaces import InterfaceError

log = logging.getLogger("egress-ha")
# Seconds for which the detector remembers a claim. A host that claims again in this time will not give way.
_DEFEND = 10.0
# Frames within this many seconds are one claim: a host without an answer probes three times, a second apart.
_ONE_CLAIM = 3.5


class ConflictDetector(threading.Thread):
    """Watches for hosts that claim an address that this gateway holds. `held` returns address -> its link.

    Only a claim on the address's own link counts: a pod of this node can send any frame, but not from that link. The
    detector answers the first claim with an announcement, which corrects the neighbors. At the next claim the detector
    probes the link. If a host answers for the address, the detector calls `lost` with the address and the host.
    """

    def __init__(self, held: Callable[[], Mapping[Address, str]], lost: Callable[[IPv4Address, str], None]) -> None:
        super().__init__(name="guard", daemon=True)
        self._held, self._lost = held, lost
        self._claims: dict[IPv4Address, float] = {}
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(arp.ETH_ARP))

    def run(self) -> None:
        while True:
            with contextlib.suppress(OSError, InterfaceError):
                frame, where = self._socket.recvfrom(128)
                self._saw(frame, str(where[0]), int(where[2]))

    def _saw(self, frame: bytes, device: str, kind: int) -> None:
        claimed = arp.claimed_by(frame)
        if claimed is None or kind not in (socket.PACKET_HOST, socket.PACKET_BROADCAST):
            return
        address, mac = claimed
        # A bridge or a second link may return a frame that this host sent.
        if self._held().get(address) == device and mac != arp.own_mac(device):
            self._claimed(device, address, mac)

    def _claimed(self, device: str, address: IPv4Address, mac: bytes) -> None:
        now = time.monotonic()
        since = now - self._claims.get(address, -_DEFEND)
        log.warning("%s is claimed by %s", address, arp.named(mac, device))
        if since >= _DEFEND:
            self._claims[address] = now
        answers = arp.holder(device, address) if _ONE_CLAIM <= since < _DEFEND else None
        if answers is None:
            arp.announce(device, address)
        else:
            self._lost(address, arp.named(answers, device))
