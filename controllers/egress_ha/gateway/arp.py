"""Sends and reads ARP frames: probes for the holder of an address on a link (RFC 5227), and announces this host."""

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
    """The MAC of another host on the link that answers for the address. Without an answer the call takes 0.2 s.

    Raises InterfaceError if the probe cannot be sent.
    """
    try:
        with _open(device) as link:
            own = own_mac(device)
            for _ in range(_PROBES):
                found = _asked(link, own, IPv4Address(0), address)
                if found is not None:
                    return found
    except OSError as error:
        raise InterfaceError(f"{device}: cannot send an ARP probe for {address}: {error.strerror}") from None
    return None


def named(mac: bytes, device: str) -> str:
    """The readable name of another host."""
    return f"{mac.hex(':')} on {device}"


def owner(device: str, sender: IPv4Address, address: IPv4Address, known: bytes | None = None) -> bytes | None:
    """The MAC of the host on the link that answers for the address; None without an answer within 0.1 s.

    `sender`: this host's own address on the link. `known`: if set, the request goes to this MAC alone, so that it
    disturbs no other host.
    """
    with contextlib.suppress(OSError), _open(device) as link:
        return _asked(link, own_mac(device), sender, address, known or _EVERYBODY)
    return None


def announce(device: str, address: IPv4Address) -> None:
    """Announce on the link that this host has the address. Switches and neighbors update their tables."""
    with contextlib.suppress(OSError), _open(device) as link:
        link.send(_packet(own_mac(device), address, address))


def claimed_by(frame: bytes) -> tuple[IPv4Address, bytes] | None:
    """Address and MAC of the host that claims the address with this frame, a request or a reply."""
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
    """The MAC of the host that answers for the address."""
    link.send(_packet(own, sender, address, to))
    until = time.monotonic() + _WAIT
    while (left := until - time.monotonic()) > 0:
        if not select.select([link], [], [], left)[0]:
            return None
        frame = link.recv(128)
        # A host that sends any ARP frame from the address has the address.
        claimed = claimed_by(frame)
        if claimed is not None and claimed[0] == address and claimed[1] != own:
            return claimed[1]
    return None
