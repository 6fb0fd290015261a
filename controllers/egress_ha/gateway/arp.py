"""ARP by hand (RFC 5227): is an address in use on a link, whose is it from now on, and who else claims it."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time
from ipaddress import IPv4Address
from pathlib import Path

from controllers.egress_ha.gateway.interfaces import InterfaceError

ETH_ARP = 0x0806
# ARP for IPv4 addresses on Ethernet.
_KIND = struct.pack("!HHHBB", ETH_ARP, 1, 0x0800, 6, 4)
_EVERYBODY = b"\xff" * 6
_NOBODY = b"\x00" * 6
_REQUEST, _ANSWER = 1, 2
_WAIT = 0.1
_PROBES = 2


def holder(device: str, address: IPv4Address) -> bytes | None:
    """The MAC of another host on the link that answers for the address. Takes 0.2 s where none does.

    Raises InterfaceError when it cannot be asked.
    """
    try:
        with _open(device) as link:
            own = own_mac(device)
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
        return _asked(link, own_mac(device), sender, address, known or _EVERYBODY)
    return None


def announce(device: str, address: IPv4Address) -> None:
    """Tell the link that the address is here; switches and neighbors that knew another place forget it."""
    with contextlib.suppress(OSError), _open(device) as link:
        link.send(_packet(own_mac(device), address, address))


def claimed_by(frame: bytes) -> tuple[IPv4Address, bytes] | None:
    """Address and MAC of a host that says that it has the address: by a request or an answer of its own."""
    if len(frame) < 42 or frame[12:20] != _KIND:
        return None
    if int.from_bytes(frame[20:22]) not in (_REQUEST, _ANSWER) or frame[6:12] != frame[22:28]:
        return None
    return IPv4Address(frame[28:32]), frame[22:28]


def _open(device: str) -> socket.socket:
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ARP))
    link.bind((device, ETH_ARP))
    return link


def own_mac(device: str) -> bytes:
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
        claimed = claimed_by(frame)
        if claimed is not None and claimed[0] == address and claimed[1] != own:
            return claimed[1]
    return None
