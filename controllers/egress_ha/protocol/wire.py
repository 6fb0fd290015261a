"""Signed datagrams: questions and answers of probes as bytes.

    word (4) | key id (4) | nonce (16) | mark (16) | JSON, filled up with blanks | HMAC-SHA-256 (32)

Questions begin with `EDG?`. Answers begin with `EDG!` and carry the question's nonce. The mark of an answer is the
sender's own timestamp. The next question returns the mark. The mark proves to the sender that the asker received the
answer, and when the answer was sent. So a replayed datagram proves nothing, whatever the hosts' clocks.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
import time
from dataclasses import dataclass
from math import inf
from typing import Any

from controllers.egress_ha.protocol.keys import KeyRing

ASK, SAY = b"EDG?", b"EDG!"
# The two probed services. A datagram for one service is invalid for the other.
GATEWAY, REPLICA = "gateway", "replica"
NONCE = MARK = 16
_ID, _MAC = 4, 32
_HEAD = len(ASK) + _ID
_SMALLEST = _HEAD + NONCE + MARK + _MAC
NO_MARK = bytes(MARK)
# The largest datagram that UDP over IPv4 carries.
LARGEST = 65507


class RejectedDatagram(ValueError):
    """The datagram is not signed with a key, or is not meant for this end."""


@dataclass(frozen=True)
class Datagram:
    """The signed parts of a datagram. `document` is the JSON text as received, not parsed yet."""

    nonce: bytes
    mark: bytes
    document: bytes

    def parsed(self) -> Any:
        """The parsed document. Raises ValueError if it is no JSON or is nested too deep."""
        try:
            return json.loads(self.document)
        except RecursionError:
            raise ValueError("nested too deep") from None


def signed(keys: KeyRing, word: bytes, about: str, nonce: bytes, mark: bytes, document: Any, size: int = 0) -> bytes:
    """A signed datagram of at least `size` bytes. `about`: the answering end (see `verified`).

    Raises RejectedDatagram while there is no key.
    """
    key = keys.signing
    if key is None:
        raise RejectedDatagram("there is no key yet")
    text = json.dumps(document, separators=(",", ":")).encode()
    body = word + key.id + nonce + mark + text.ljust(size - _SMALLEST)
    return body + _mac(key.secret, about, body)


def verified(keys: KeyRing, word: bytes, about: str, datagram: bytes) -> Datagram:
    """The parts of a datagram that is signed for this end. Raises RejectedDatagram for any other datagram.

    `about`: service and address of the answering end. A datagram for one end is invalid for every other end.
    """
    if len(datagram) < _SMALLEST or not datagram.startswith(word):
        raise RejectedDatagram("no datagram of ours")
    secret = keys.secret(datagram[len(word) : _HEAD])
    body, mac = datagram[:-_MAC], datagram[-_MAC:]
    if secret is None or not hmac.compare_digest(_mac(secret, about, body), mac):
        raise RejectedDatagram("not signed with a key of ours")
    rest = body[_HEAD:]
    return Datagram(rest[:NONCE], rest[NONCE : NONCE + MARK], rest[NONCE + MARK :])


def nonce_of(datagram: bytes) -> bytes:
    """The nonce of the question that a datagram claims to answer. Only a verified datagram is trustworthy."""
    return datagram[_HEAD : _HEAD + NONCE]


def _mac(secret: bytes, about: str, body: bytes) -> bytes:
    return hmac.digest(secret, about.encode() + b"\0" + body, hashlib.sha256)


class Marks:
    """Timestamps of this process's own clock, which no other process can forge."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def stamp(self) -> bytes:
        """A mark with the present time."""
        when = struct.pack("!d", time.monotonic())
        return when + self._signed(when)

    def read(self, mark: bytes) -> float:
        """The time of a mark of this process, in monotonic seconds; minus infinity for anything else."""
        when = mark[:8]
        if len(mark) != MARK or not hmac.compare_digest(self._signed(when), mark[8:]):
            return -inf
        return float(struct.unpack("!d", when)[0])

    def _signed(self, when: bytes) -> bytes:
        return hmac.digest(self._secret, when, hashlib.sha256)[: MARK - 8]
