"""Signed datagrams: questions and answers of probes as bytes.

    word (4) | key id (4) | nonce (16) | mark (16) | JSON, filled up with blanks | HMAC-SHA-256 (32)

Questions begin with `EDG?`, answers with `EDG!` and carry the question's nonce. The mark of an answer is its sender's
own stamp of that moment; the next question brings it back, which proves to the sender that it was heard, and when. So
an old datagram that somebody sends again proves nothing, whatever the clocks of the hosts say.
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
# The services, of which no datagram of the one is good for the other.
GATEWAY, REPLICA = "gateway", "replica"
NONCE = MARK = 16
_ID, _MAC = 4, 32
_HEAD = len(ASK) + _ID
_SMALLEST = _HEAD + NONCE + MARK + _MAC
NO_MARK = bytes(MARK)
# The largest datagram that UDP over IPv4 carries.
LARGEST = 65507


class Refused(ValueError):
    """A datagram that nobody with a key has made, or that is not meant for this end."""


@dataclass(frozen=True)
class Datagram:
    """What was signed. `document` is the JSON text as it came: to be parsed by whoever believes it."""

    nonce: bytes
    mark: bytes
    document: bytes

    def parsed(self) -> Any:
        """Raises ValueError for what is no JSON, or is nested too deep."""
        try:
            return json.loads(self.document)
        except RecursionError:
            raise ValueError("nested too deep") from None


def sealed(keys: KeyRing, word: bytes, about: str, nonce: bytes, mark: bytes, document: Any, size: int = 0) -> bytes:
    """A datagram of at least `size` bytes. `about` says to whom it is asked or from whom it is said (see `opened`).

    Raises Refused while there is no key.
    """
    key = keys.signing
    if key is None:
        raise Refused("there is no key yet")
    text = json.dumps(document, separators=(",", ":")).encode()
    body = word + key.id + nonce + mark + text.ljust(size - _SMALLEST)
    return body + _mac(key.secret, about, body)


def opened(keys: KeyRing, word: bytes, about: str, datagram: bytes) -> Datagram:
    """What a datagram says. `about` names the service and the address that answers: none is good for another one.

    Raises Refused.
    """
    if len(datagram) < _SMALLEST or not datagram.startswith(word):
        raise Refused("no datagram of ours")
    secret = keys.secret(datagram[len(word) : _HEAD])
    body, mac = datagram[:-_MAC], datagram[-_MAC:]
    if secret is None or not hmac.compare_digest(_mac(secret, about, body), mac):
        raise Refused("not signed with a key of ours")
    rest = body[_HEAD:]
    return Datagram(rest[:NONCE], rest[NONCE : NONCE + MARK], rest[NONCE + MARK :])


def nonce_of(datagram: bytes) -> bytes:
    """Which question a datagram says that it answers; to be believed only when it was opened."""
    return datagram[_HEAD : _HEAD + NONCE]


def _mac(secret: bytes, about: str, body: bytes) -> bytes:
    return hmac.digest(secret, about.encode() + b"\0" + body, hashlib.sha256)


class Marks:
    """Stamps of this process's own clock that nobody else can make."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def stamp(self) -> bytes:
        """Of now."""
        when = struct.pack("!d", time.monotonic())
        return when + self._signed(when)

    def read(self, mark: bytes) -> float:
        """When a stamp was made (monotonic seconds); minus infinity for what is none of ours."""
        when = mark[:8]
        if len(mark) != MARK or not hmac.compare_digest(self._signed(when), mark[8:]):
            return -inf
        return float(struct.unpack("!d", when)[0])

    def _signed(self, when: bytes) -> bytes:
        return hmac.digest(self._secret, when, hashlib.sha256)[: MARK - 8]
