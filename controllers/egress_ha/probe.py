"""Probes over UDP: who answers, how, and what the answer carries.

A question is `edge?` and a number; the answer repeats the number and adds a JSON document: a gateway tells
which addresses it has, a replica of the controller what it sees. No word of it makes anybody take an address.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from config.net import Address

_ASK, _SAY = b"edge?", b"edge!"

# Address, whether it answered, and its document where it did.
Heard = Callable[[Address, bool, Any], None]


class Responder(threading.Thread):
    """Answers questions on a port with what `document` returns; `contact` is called with every question."""

    def __init__(self, port: int, document: Callable[[], Any], contact: Callable[[], None] = lambda: None) -> None:
        super().__init__(name="responder", daemon=True)
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("::", port))
        self._document = document
        self._contact = contact

    def run(self) -> None:
        while True:
            question, asker = self._socket.recvfrom(256)
            if not question.startswith(_ASK):
                continue
            self._contact()
            answer = _SAY + question[len(_ASK) :] + json.dumps(self._document()).encode()
            with contextlib.suppress(OSError):
                self._socket.sendto(answer, asker)


class Prober(threading.Thread):
    """Asks every target once an interval (seconds); what has not answered by the next one has missed it."""

    def __init__(self, port: int, interval: float, targets: Callable[[], Iterable[Address]], heard: Heard) -> None:
        super().__init__(name="prober", daemon=True)
        self._port, self._interval = port, interval
        self._targets, self._heard = targets, heard
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.setblocking(False)

    def run(self) -> None:
        while True:
            began = time.monotonic()
            waiting: dict[bytes, Address] = {}
            for target in self._targets():
                token = secrets.token_bytes(8)
                waiting[token] = target
                host = str(target) if target.version == 6 else f"::ffff:{target}"
                with contextlib.suppress(OSError):
                    self._socket.sendto(_ASK + token, (host, self._port))
            self._collect(waiting, began + self._interval)
            for target in waiting.values():
                self._heard(target, False, None)

    def _collect(self, waiting: dict[bytes, Address], until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left)[0]:
                return
            with contextlib.suppress(OSError, ValueError):
                answer = self._socket.recv(65536)
                token = answer[len(_SAY) : len(_SAY) + 8]
                if answer.startswith(_SAY) and token in waiting:
                    document = json.loads(answer[len(_SAY) + 8 :])
                    self._heard(waiting.pop(token), True, document)
