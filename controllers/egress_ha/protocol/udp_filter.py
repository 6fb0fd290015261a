"""UDP sockets with a kernel filter that drops every datagram without the id of one of our keys."""

from __future__ import annotations

import ctypes
import socket
import struct

from config.net import Address
from controllers.egress_ha.protocol.wire import LARGEST

_SO_ATTACH_FILTER = 26
# Classic BPF: load a word of the datagram (behind the 8 bytes of the UDP header), jump if equal, return.
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_UDP_HEADER = 8


def open_socket(address: Address, port: int) -> socket.socket:
    """A socket of the address; port 0 is any port. The socket accepts nothing before `accept_only`."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    one = socket.socket(family, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    accept_only(one, b"\0\0\0\0", frozenset())
    one.bind((str(address), port))
    one.setblocking(False)
    return one


def accept_only(one: socket.socket, word: bytes, ids: frozenset[bytes]) -> None:
    """Make the kernel drop every datagram that does not begin with the word and the id of a key."""
    wanted = sorted(ids)
    last = len(wanted) + 4
    program = [
        (_LOAD, 0, 0, _UDP_HEADER),
        (_EQUAL, 0, last - 3, int.from_bytes(word)),
        (_LOAD, 0, 0, _UDP_HEADER + len(word)),
        *((_EQUAL, last - 3 - i, 0, int.from_bytes(id)) for i, id in enumerate(wanted, start=1)),
        (_RETURN, 0, 0, 0),
        (_RETURN, 0, 0, _UDP_HEADER + LARGEST),
    ]
    lines = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    one.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(program), ctypes.addressof(lines)))
