"""ARP by hand (RFC 5227): is an address in use on a link, whose is it from now on, and who else claims it."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from pathlib import Path

from config.net import Address
from controllers.egress_ha.interface import InterfaceError

_ETH_ARP = 0x0806
# ARP for IPv4 addresses on Ethernet.
_KIND = struct.pack("!HHHBB", _ETH_ARP, 1, 0x0800, 6, 4)
_EVERYBODY = b"\xff" * 6
_NOBODY = b"\x00" * 6
_REQUEST, _ANSWER = 1, 2
_WAIT = 0.1
_PROBES = 2
# So long a claim is remembered, in seconds: another one in that time is a host that will not go.
_DEFEND = 10.0
# Frames in that time are one claim: a host that gets no answer asks three times, a second apart.
_ONE_CLAIM = 3.5

log = logging.getLogger("egress-ha")


def holder(device: str, address: IPv4Address) -> bytes | None:
    """The MAC of another host on the link that answers for the address. Takes 0.2 s where none does.

    Raises InterfaceError when it cannot be asked.
    """
    try:
        with _open(device) as link:
            own = _mac(device)
            for _ in range(_PROBES):
                found = _asked(link, own, IPv4Address(0), address)
                if found is not None:
                    return found
    except OSError as error:
        raise InterfaceError(f"{device}: {error.strerror}: who has {address} cannot be asked") from None
    return None


def named(mac: bytes, device: str) -> str:
    """A stranger, for people."""
    return f"{mac.hex(':')} on {device}"


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
    """Watches for hosts that claim an address that is `held` here (address -> its link).

    Only what comes in on that link counts: a pod of this node can send whatever it likes, and not from there. The
    first claim is contradicted, so that neighbors come back. At the next one the link is asked: the address is `lost`
    to a host that answers for it, and stays where none does.
    """

    def __init__(self, held: Callable[[], Mapping[Address, str]], lost: Callable[[IPv4Address, str], None]) -> None:
        super().__init__(name="guard", daemon=True)
        self._held, self._lost = held, lost
        self._claims: dict[IPv4Address, float] = {}
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_ARP))

    def run(self) -> None:
        while True:
            with contextlib.suppress(OSError, InterfaceError):
                frame, where = self._socket.recvfrom(128)
                self._saw(frame, str(where[0]), int(where[2]))

    def _saw(self, frame: bytes, device: str, kind: int) -> None:
        claimed = _claimed_by(frame)
        if claimed is None or kind not in (socket.PACKET_HOST, socket.PACKET_BROADCAST):
            return
        address, mac = claimed
        # A bridge or a second link may bring back what this host said itself.
        if self._held().get(address) == device and mac != _mac(device):
            self._claimed(device, address, mac)

    def _claimed(self, device: str, address: IPv4Address, mac: bytes) -> None:
        now = time.monotonic()
        since = now - self._claims.get(address, -_DEFEND)
        log.warning("%s is claimed by %s", address, named(mac, device))
        if since >= _DEFEND:
            self._claims[address] = now
        answers = holder(device, address) if _ONE_CLAIM <= since < _DEFEND else None
        if answers is None:
            announce(device, address)
        else:
            self._lost(address, named(answers, device))


def _claimed_by(frame: bytes) -> tuple[IPv4Address, bytes] | None:
    """Address and MAC of a host that says that it has the address: by a request or an answer of its own."""
    if len(frame) < 42 or frame[12:20] != _KIND:
        return None
    if int.from_bytes(frame[20:22]) not in (_REQUEST, _ANSWER) or frame[6:12] != frame[22:28]:
        return None
    return IPv4Address(frame[28:32]), frame[22:28]


def _open(device: str) -> socket.socket:
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_ARP))
    link.bind((device, _ETH_ARP))
    return link


def _mac(device: str) -> bytes:
    return bytes.fromhex(Path(f"/sys/class/net/{device}/address").read_text().strip().replace(":", ""))


def _packet(mac: bytes, sender: IPv4Address, target: IPv4Address, to: bytes = _EVERYBODY) -> bytes:
    return to + mac + _KIND + struct.pack("!H", _REQUEST) + mac + sender.packed + _NOBODY + target.packed


def _asked(
    link: socket.socket, own: bytes, sender: IPv4Address, address: IPv4Address, to: bytes = _EVERYBODY
) -> bytes | None:
    """The MAC that answers for the address."""
    link.send(_packet(own, sender, address, to))
    until = time.monotonic() + _WAIT
    while (left := until - time.monotonic()) > 0:
        if not select.select([link], [], [], left)[0]:
            return None
        frame = link.recv(128)
        # Whoever sends anything from the address has it, be it an answer or a probe of his own.
        claimed = _claimed_by(frame)
        if claimed is not None and claimed[0] == address and claimed[1] != own:
            return claimed[1]
    return None
