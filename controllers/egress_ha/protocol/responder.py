"""The end of a probe that answers."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.net import Address
from controllers.egress_ha.protocol import listener, wire
from controllers.egress_ha.protocol.keys import KeyRing


@dataclass(frozen=True)
class Question:
    """What the asker says of itself: the newest version that it knows, and when (monotonic seconds of the one that is
    asked) the last answer that it heard was sent; minus infinity where it heard none."""

    heard: float
    version: int


class Responder(threading.Thread):
    """Answers questions on a port with what `document` returns; `asked` is called with every question."""

    def __init__(
        self,
        address: Address,
        port: int,
        service: str,
        keys: KeyRing,
        document: Callable[[], Any],
        asked: Callable[[Question], None] = lambda question: None,
    ) -> None:
        super().__init__(name="responder", daemon=True)
        self._about, self._keys = f"{service} {address}", keys
        self._document, self._asked = document, asked
        self._marks = wire.Marks()
        self._listener = listener.Listener(address, port, wire.ASK)

    def run(self) -> None:
        while True:
            for datagram, place, one in self._listener.heard(self._keys.ids):
                with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                    question = wire.opened(self._keys, wire.ASK, self._about, datagram)
                    # What can be read, too: another version of this program may sign with the same keys.
                    version = int(question.parsed()["version"])
                    self._listener.known(place)
                    self._asked(Question(self._marks.read(question.mark), version))
                    one.sendto(self._answer(question, len(datagram)), place)

    def _answer(self, question: wire.Datagram, length: int) -> bytes:
        answer = self._sealed(question, {"says": self._document()})
        return answer if len(answer) <= length else self._sealed(question, {"needs": len(answer)})

    def _sealed(self, question: wire.Datagram, document: Any) -> bytes:
        return wire.sealed(self._keys, wire.SAY, self._about, question.nonce, self._marks.stamp(), document)
