"""The sockets of a service. Every known asker has its own queue, so that a flood does not displace its questions."""

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

# Questions per second: from one known asker, and from all unknown senders together.
_OF_ONE, _OF_OTHERS = 100.0, 200.0
_ASKERS, _IDLE = 64, 30.0
_LOOK = 0.5


@dataclass
class _RateLimit:
    """At most `rate` datagrams per second, and a burst of the same size.

    After a standstill the burst lets a process answer all queued questions at once. Without the burst, the answer to
    the first question whose asker still waits would be late.
    """

    rate: float
    left: float = field(init=False)
    since: float = field(default_factory=time.monotonic)
    used: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.left = self.rate

    def take(self) -> bool:
        """Whether one more datagram is within the limit now."""
        now = time.monotonic()
        self.left = min(self.rate, self.left + (now - self.since) * self.rate)
        self.since = now
        if self.left < 1:
            return False
        self.left -= 1
        self.used = now
        return True


class ProbeListener:
    """One socket for all senders, and one for each asker that has proven to have a key.

    The kernel delivers a datagram to the socket that is connected to its sender, if there is one. So a flood from other
    senders does not fill the queues of known askers.
    """

    def __init__(self, address: Address, port: int, word: bytes) -> None:
        self._address, self._port, self._word = address, port, word
        self._ids: frozenset[bytes] = frozenset()
        self._everybody = udp_filter.open_socket(address, port)
        self._askers: dict[Place, socket.socket] = {}
        self._limits = {self._everybody: _RateLimit(_OF_OTHERS)}
        self._pause = threading.Event()

    def receive(self, ids: frozenset[bytes]) -> Iterator[tuple[bytes, Place, socket.socket]]:
        """The datagrams of at most the next half second, each with its sender and the socket for the answer.

        `ids`: the ids of the present keys.
        """
        if ids != self._ids:
            self._ids = ids
            for one in self._limits:
                udp_filter.accept_only(one, self._word, ids)
        self._forget()
        ready = select.select(list(self._limits), [], [], _LOOK)[0]
        # The known askers come first.
        ready.sort(key=lambda one: one is self._everybody)
        got = 0
        for one in ready:
            while one in self._limits and self._limits[one].take():
                try:
                    datagram, place = one.recvfrom(LARGEST)
                except OSError:
                    break
                got += 1
                yield datagram, place, one
        if not got:
            # Every queued datagram is over its sender's limit.
            self._pause.wait(1 / _OF_ONE)

    def add_asker(self, place: Place) -> None:
        """Give a queue of its own to an asker that has proven to have a key."""
        if place in self._askers:
            return
        if len(self._askers) >= _ASKERS:
            self._drop(min(self._askers, key=lambda one: self._limits[self._askers[one]].used))
        with contextlib.suppress(OSError):
            one = udp_filter.open_socket(self._address, self._port)
            udp_filter.accept_only(one, self._word, self._ids)
            one.connect(place)
            self._askers[place] = one
            self._limits[one] = _RateLimit(_OF_ONE)

    def _forget(self) -> None:
        now = time.monotonic()
        for place in [place for place, one in self._askers.items() if now - self._limits[one].used > _IDLE]:
            self._drop(place)

    def _drop(self, place: Place) -> None:
        one = self._askers.pop(place)
        del self._limits[one]
        one.close()
