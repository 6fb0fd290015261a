"""ARP by hand (RFC 5227): is an address in use on a link, whose is it from now on, and who else claims it."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Container
from ipaddress import IPv4Address
from pathlib import Path

from controllers.egress_ha.interface import InterfaceError

_ETH_ARP = 0x0806
_EVERYBODY = b"\xff" * 6
_NOBODY = b"\x00" * 6
_REQUEST = 1
_WAIT = 0.1
_PROBES = 2
# So long a claim is remembered, in seconds: another one in that time is a host that will not go.
_DEFEND = 10.0
# Frames in that time are one claim: a host that gets no answer asks three times, a second apart.
_ONE_CLAIM = 3.5

log = logging.getLogger("egress-ha")


def in_use(device: str, address: IPv4Address) -> bool:
    """Whether another host on the link answers for the address. Takes 0.2 s where none does.

    Raises InterfaceError when it cannot be asked.
    """
    try:
        with _open(device) as link:
            own = _mac(device)
            for _ in range(_PROBES):
                if _asked(link, own, IPv4Address(0), address) is not None:
                    return True
    except OSError as error:
        raise InterfaceError(f"{device}: {error.strerror}: who has {address} cannot be asked") from None
    return False


def owner(device: str, sender: IPv4Address, address: IPv4Address, known: bytes | None = None) -> bytes | None:
    """Who on the link answers for the address (its MAC), None where nobody does within 0.1 s.

    `sender` is this host's own address there. A MAC that is `known` is asked alone, which disturbs nobody else.
    """
    with contextlib.suppress(OSError), _open(device) as link:
        return _asked(link, _mac(device), sender, address, known or _EVERYBODY)
    return None


def announce(device: str, address: IPv4Address) -> None:
    """Tell the link that the address is here; switches and neighbors that knew another place forget it."""
    with contextlib.suppress(OSError), _open(device) as link:
        link.send(_packet(_mac(device), address, address))


class Guard(threading.Thread):
    """Watches all links for hosts that claim an address that is `held` here.

    The first claim is contradicted, so that neighbors come back; at the next one the address is `lost`.
    """

    def __init__(self, held: Callable[[], Container[object]], lost: Callable[[IPv4Address], None]) -> None:
        super().__init__(name="guard", daemon=True)
        self._held, self._lost = held, lost
        self._claims: dict[IPv4Address, float] = {}
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_ARP))

    def run(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                frame, where = self._socket.recvfrom(128)
                device, kind = str(where[0]), where[2]
                claimed = len(frame) >= 42 and IPv4Address(frame[28:32])
                # A bridge or a second link may bring back what this host said itself.
                others = kind != socket.PACKET_OUTGOING and frame[22:28] != _mac(device)
                if claimed and claimed in self._held() and others:
                    self._claimed(device, claimed, frame[22:28])

    def _claimed(self, device: str, address: IPv4Address, mac: bytes) -> None:
        now = time.monotonic()
        since = now - self._claims.get(address, -_DEFEND)
        log.warning("%s is claimed by %s on %s", address, mac.hex(":"), device)
        if since >= _DEFEND:
            self._claims[address] = now
        if not _ONE_CLAIM <= since < _DEFEND:
            announce(device, address)
        else:
            self._lost(address)


def _open(device: str) -> socket.socket:
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_ARP))
    link.bind((device, _ETH_ARP))
    return link


def _mac(device: str) -> bytes:
    return bytes.fromhex(Path(f"/sys/class/net/{device}/address").read_text().strip().replace(":", ""))


def _packet(mac: bytes, sender: IPv4Address, target: IPv4Address, to: bytes = _EVERYBODY) -> bytes:
    header = to + mac + struct.pack("!H", _ETH_ARP)
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, _REQUEST)
    return header + body + mac + sender.packed + _NOBODY + target.packed


def _asked(link: socket.socket, own: bytes, sender: IPv4Address, address: IPv4Address,
           to: bytes = _EVERYBODY) -> bytes | None:  # fmt: skip
    """The MAC that answers for the address."""
    link.send(_packet(own, sender, address, to))
    until = time.monotonic() + _WAIT
    while (left := until - time.monotonic()) > 0:
        if not select.select([link], [], [], left)[0]:
            return None
        frame = link.recv(128)
        # Whoever sends anything from the address has it, be it an answer or a probe of his own.
        if len(frame) >= 42 and frame[28:32] == address.packed and frame[22:28] != own:
            return frame[22:28]
    return None
