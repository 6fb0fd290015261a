"""ARP by hand: is an address in use on a link (RFC 5227), and whose is it from now on (gratuitous ARP)."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time
from ipaddress import IPv4Address
from pathlib import Path

from controllers.egress_ha.interface import InterfaceError

_ETH_ARP = 0x0806
_EVERYBODY = b"\xff" * 6
_NOBODY = b"\x00" * 6
_REQUEST = 1
_WAIT = 0.1
_PROBES = 2


def in_use(device: str, address: IPv4Address) -> bool:
    """Whether another host on the link answers for the address. Takes 0.2 s where none does.

    Raises InterfaceError when it cannot be asked.
    """
    try:
        with _open(device) as link:
            own = _mac(device)
            for _ in range(_PROBES):
                link.send(_packet(own, IPv4Address(0), address))
                if _answered(link, own, address):
                    return True
    except OSError as error:
        raise InterfaceError(f"{device}: {error.strerror}: who has {address} cannot be asked") from None
    return False


def announce(device: str, address: IPv4Address) -> None:
    """Tell the link that the address is here; switches and neighbors that knew another place forget it."""
    with contextlib.suppress(OSError), _open(device) as link:
        link.send(_packet(_mac(device), address, address))


def _open(device: str) -> socket.socket:
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_ARP))
    link.bind((device, _ETH_ARP))
    return link


def _mac(device: str) -> bytes:
    return bytes.fromhex(Path(f"/sys/class/net/{device}/address").read_text().strip().replace(":", ""))


def _packet(mac: bytes, sender: IPv4Address, target: IPv4Address) -> bytes:
    header = _EVERYBODY + mac + struct.pack("!H", _ETH_ARP)
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, _REQUEST)
    return header + body + mac + sender.packed + _NOBODY + target.packed


def _answered(link: socket.socket, own: bytes, address: IPv4Address) -> bool:
    until = time.monotonic() + _WAIT
    while (left := until - time.monotonic()) > 0:
        if not select.select([link], [], [], left)[0]:
            return False
        frame = link.recv(128)
        # Whoever sends anything from the address has it, be it an answer or a probe of his own.
        if len(frame) >= 42 and frame[28:32] == address.packed and frame[22:28] != own:
            return True
    return False
