"""Probes over UDP: who answers, how, and what the answer carries.

A question is `edge?`, a number, whether the last one was answered, and which version of the policies the asker
knows; the answer is `edge!`, the number and a JSON document: a gateway tells which addresses it has, a replica
of the controller what it sees. No word of it makes anybody take an address.
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
from dataclasses import dataclass
from typing import Any

from config.net import Address

_ASK, _SAY = b"edge?", b"edge!"
_TOKEN = 8

# Address, whether it answered, and its document where it did.
Heard = Callable[[Address, bool, Any], None]


@dataclass(frozen=True)
class Question:
    """What the asker says of itself: whether it heard the last answer, and the newest version that it knows."""

    heard: bool
    version: int

    def encoded(self) -> bytes:
        return f"{self.heard:d}{self.version}".encode()

    @classmethod
    def parse(cls, rest: bytes) -> Question:
        """Raises ValueError."""
        return cls(rest[:1] == b"1", int(rest[1:]))


class Responder(threading.Thread):
    """Answers questions on a port with what `document` returns; `asked` is called with every question."""

    def __init__(self, port: int, document: Callable[[], Any],
                 asked: Callable[[Question], None] = lambda question: None) -> None:  # fmt: skip
        super().__init__(name="responder", daemon=True)
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("::", port))
        self._document = document
        self._asked = asked

    def run(self) -> None:
        while True:
            asked, asker = self._socket.recvfrom(256)
            token, rest = asked[len(_ASK) :][:_TOKEN], asked[len(_ASK) + _TOKEN :]
            with contextlib.suppress(OSError, ValueError):
                if asked.startswith(_ASK):
                    self._asked(Question.parse(rest))
                    self._socket.sendto(_SAY + token + json.dumps(self._document()).encode(), asker)


class Prober(threading.Thread):
    """Asks every target once an interval (seconds); what has not answered by the next one has missed it.

    `version`: the newest one of the policies that this process knows.
    """

    def __init__(self, port: int, interval: float, targets: Callable[[], Iterable[Address]], heard: Heard,
                 version: Callable[[], int] = lambda: 0) -> None:  # fmt: skip
        super().__init__(name="prober", daemon=True)
        self._port, self._interval = port, interval
        self._targets, self._heard, self._version = targets, heard, version
        self._answering: set[Address] = set()
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.setblocking(False)

    def run(self) -> None:
        while True:
            began = time.monotonic()
            waiting: dict[bytes, Address] = {}
            version = self._version()
            for target in self._targets():
                token = secrets.token_bytes(_TOKEN)
                waiting[token] = target
                host = str(target) if target.version == 6 else f"::ffff:{target}"
                question = Question(target in self._answering, version).encoded()
                with contextlib.suppress(OSError):
                    self._socket.sendto(_ASK + token + question, (host, self._port))
            asked = set(waiting.values())
            self._collect(waiting, began + self._interval)
            missed = set(waiting.values())
            self._answering = asked - missed
            for target in missed:
                self._heard(target, False, None)

    def _collect(self, waiting: dict[bytes, Address], until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left)[0]:
                return
            # A document that is nested too deep is garbage, too.
            with contextlib.suppress(OSError, ValueError, RecursionError):
                answer = self._socket.recv(65536)
                token = answer[len(_SAY) : len(_SAY) + _TOKEN]
                if answer.startswith(_SAY) and token in waiting:
                    document = json.loads(answer[len(_SAY) + _TOKEN :])
                    self._heard(waiting.pop(token), True, document)
