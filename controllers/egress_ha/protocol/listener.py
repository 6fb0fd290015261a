"""The queues of a service that a flood does not fill."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from config.net import Address
from controllers.egress_ha.protocol import udp_filter
from controllers.egress_ha.protocol.wire import LARGEST

Place = tuple[Any, ...]

# Questions a second: of one asker whose word was good, and of everybody else together.
_OF_ONE, _OF_OTHERS = 100.0, 200.0
_ASKERS, _IDLE = 64, 30.0
_LOOK = 0.5


@dataclass
class _Allowance:
    """So many datagrams a second, and as many at once: what waited while this process stood still goes before the rest.

    Else the first question that anybody still waits for would be answered late.
    """

    rate: float
    left: float = field(init=False)
    since: float = field(default_factory=time.monotonic)
    used: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.left = self.rate

    def take(self) -> bool:
        now = time.monotonic()
        self.left = min(self.rate, self.left + (now - self.since) * self.rate)
        self.since = now
        if self.left < 1:
            return False
        self.left -= 1
        self.used = now
        return True


class Listener:
    """The sockets of a service: one for everybody, and one for each asker whose word was good.

    A datagram goes to the socket that is connected to its sender, where there is one: a flood from elsewhere fills
    another queue than that of the askers that are known.
    """

    def __init__(self, address: Address, port: int, word: bytes) -> None:
        self._address, self._port, self._word = address, port, word
        self._ids: frozenset[bytes] = frozenset()
        self._everybody = udp_filter.opened(address, port)
        self._askers: dict[Place, socket.socket] = {}
        self._allowed = {self._everybody: _Allowance(_OF_OTHERS)}
        self._pause = threading.Event()

    def heard(self, ids: frozenset[bytes]) -> Iterator[tuple[bytes, Place, socket.socket]]:
        """The datagrams of the next half second at most, where from, and the socket to answer by.

        `ids`: of the keys of this moment.
        """
        if ids != self._ids:
            self._ids = ids
            for one in self._allowed:
                udp_filter.admit(one, self._word, ids)
        self._forget()
        ready = select.select(list(self._allowed), [], [], _LOOK)[0]
        # Those that are known first.
        ready.sort(key=lambda one: one is self._everybody)
        got = 0
        for one in ready:
            while one in self._allowed and self._allowed[one].take():
                try:
                    datagram, place = one.recvfrom(LARGEST)
                except OSError:
                    break
                got += 1
                yield datagram, place, one
        if not got:
            # What is there is over somebody's allowance.
            self._pause.wait(1 / _OF_ONE)

    def known(self, place: Place) -> None:
        """An asker has shown that it has a key: from now on it has a queue of its own."""
        if place in self._askers:
            return
        if len(self._askers) >= _ASKERS:
            self._drop(min(self._askers, key=lambda one: self._allowed[self._askers[one]].used))
        with contextlib.suppress(OSError):
            one = udp_filter.opened(self._address, self._port)
            udp_filter.admit(one, self._word, self._ids)
            one.connect(place)
            self._askers[place] = one
            self._allowed[one] = _Allowance(_OF_ONE)

    def _forget(self) -> None:
        now = time.monotonic()
        for place in [place for place, one in self._askers.items() if now - self._allowed[one].used > _IDLE]:
            self._drop(place)

    def _drop(self, place: Place) -> None:
        one = self._askers.pop(place)
        del self._allowed[one]
        one.close()
