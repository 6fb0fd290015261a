"""The answering end of a probe: a gateway, or a replica of the controller."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.net import Address
from controllers.egress_ha.protocol import wire
from controllers.egress_ha.protocol.keys import KeyRing
from controllers.egress_ha.protocol.listener import ProbeListener


@dataclass(frozen=True)
class Question:
    """The contents of a question.

    `heard`: when this process sent the last answer that the asker received, in monotonic seconds of this process; minus
    infinity if the asker received none. `version`: the newest version of the policies that the asker knows.
    """

    heard: float
    version: int


class Responder(threading.Thread):
    """Answers questions on a port with the result of `document`. The responder calls `asked` with every question.

    No answer is longer than its question. If the document does not fit, the answer has the required length of the next
    question.
    """

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
        self._listener = ProbeListener(address, port, wire.ASK)

    def run(self) -> None:
        while True:
            for datagram, place, one in self._listener.receive(self._keys.ids):
                with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                    question = wire.verified(self._keys, wire.ASK, self._about, datagram)
                    # A signed question may still be unreadable: another version may use the same keys.
                    version = int(question.parsed()["version"])
                    self._listener.add_asker(place)
                    self._asked(Question(self._marks.read(question.mark), version))
                    one.sendto(self._answer(question, len(datagram)), place)

    def _answer(self, question: wire.Datagram, length: int) -> bytes:
        answer = self._signed(question, {"says": self._document()})
        return answer if len(answer) <= length else self._signed(question, {"needs": len(answer)})

    def _signed(self, question: wire.Datagram, document: Any) -> bytes:
        return wire.signed(self._keys, wire.SAY, self._about, question.nonce, self._marks.stamp(), document)
