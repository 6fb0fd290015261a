"""The asking end of a probe.

A question has the version of the policies that the asker knows, and the mark of the last answer. An answer
is a JSON document: a gateway sends its state, a replica of the controller its view of the gateways. Questions and
answers are signed (`wire`).
"""

from __future__ import annotations

import contextlib
import secrets
import select
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from config.net import Address
from controllers.egress_ha.protocol import udp_filter, wire
from controllers.egress_ha.protocol.keys import KeyRing

# The length of a first question. An answer of this length has room for the state of a gateway with some addresses.
_LENGTH = 512
# Spare length, as the answer may grow before the longer question arrives.
_SPARE = 256

# Called with a target, whether the target answered, and the document of its answer.
Result = Callable[[Address, bool, Any], None]


class Prober(threading.Thread):
    """Probes every target once per interval (seconds). No answer before the next question is a miss.

    `address`: this host's own address. `version`: returns the newest version of the policies that this process knows.
    """

    def __init__(
        self,
        address: Address,
        port: int,
        service: str,
        keys: KeyRing,
        interval: float,
        targets: Callable[[], Iterable[Address]],
        heard: Result,
        version: Callable[[], int] = lambda: 0,
    ) -> None:
        super().__init__(name="prober", daemon=True)
        self._port, self._service, self._keys, self._interval = port, service, keys, interval
        self._targets, self._heard, self._version = targets, heard, version
        self._marks: dict[Address, bytes] = {}
        self._lengths: dict[Address, int] = {}
        self._ids: frozenset[bytes] = frozenset()
        self._socket = udp_filter.open_socket(address, 0)

    def run(self) -> None:
        while True:
            began = time.monotonic()
            if self._ids != self._keys.ids:
                self._ids = self._keys.ids
                udp_filter.accept_only(self._socket, wire.SAY, self._ids)
            waiting: dict[bytes, Address] = {}
            # Without a key there are no probes, and no misses.
            for target in self._targets() if self._ids else ():
                self._ask(target, waiting)
            asked = set(waiting.values())
            answered = self._collect(waiting, began + self._interval)
            self._marks = {target: self._marks[target] for target in answered}
            for target in asked - answered:
                self._heard(target, False, None)

    def _ask(self, target: Address, waiting: dict[bytes, Address]) -> None:
        nonce = secrets.token_bytes(wire.NONCE)
        waiting[nonce] = target
        about, mark = f"{self._service} {target}", self._marks.get(target, wire.NO_MARK)
        length = self._lengths.get(target, _LENGTH)
        with contextlib.suppress(OSError, wire.RejectedDatagram):
            question = wire.signed(self._keys, wire.ASK, about, nonce, mark, {"version": self._version()}, length)
            self._socket.sendto(question, (str(target), self._port))

    def _collect(self, waiting: dict[bytes, Address], until: float) -> set[Address]:
        """The targets that answered in time. A target that needs a longer question is probed again at once."""
        answered = set()
        while (left := until - time.monotonic()) > 0:
            if not select.select([self._socket], [], [], left)[0]:
                break
            with contextlib.suppress(OSError, ValueError):
                datagram = self._socket.recv(wire.LARGEST)
                target = waiting.get(wire.nonce_of(datagram))
                if target is None:
                    continue
                answer = wire.verified(self._keys, wire.SAY, f"{self._service} {target}", datagram)
                said = answer.parsed()
                del waiting[answer.nonce]
                if isinstance(said, dict) and "says" in said:
                    self._marks[target] = answer.mark
                    answered.add(target)
                    self._heard(target, True, said["says"])
                elif isinstance(said, dict) and isinstance(said.get("needs"), int):
                    self._lengths[target] = min(wire.LARGEST, said["needs"] + _SPARE)
                    self._ask(target, waiting)
        return answered
