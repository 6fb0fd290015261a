"""The signing keys of probes.

The second newest key signs, and each of the last three keys verifies. So a process that has not read the newest key
yet verifies the datagrams of other processes, and they verify its datagrams.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from config.private_file import write_private

PREFIX, BYTES = "key-", 32


@dataclass(frozen=True, order=True)
class Key:
    """A key. `made`: Unix time of creation in seconds; keys sort by `made`."""

    made: int
    secret: bytes

    @cached_property
    def id(self) -> bytes:
        """Four bytes that identify the key in a datagram."""
        return hashlib.sha256(b"id" + self.secret).digest()[:4]


class KeyRing:
    """The present keys of this process. Threads may share a ring. `cache`: keeps the keys over a restart."""

    def __init__(self, cache: Path | None = None) -> None:
        self._keys: tuple[Key, ...] = ()
        self._cache = cache
        if cache is not None:
            # json raises RecursionError for deep nesting.
            with contextlib.suppress(OSError, ValueError, RecursionError):
                self._keys = _parsed(json.loads(cache.read_text()))

    @property
    def signing(self) -> Key | None:
        """The key to sign with; None while there is no key."""
        keys = self._keys
        return keys[-2] if len(keys) > 1 else keys[0] if keys else None

    @property
    def ids(self) -> frozenset[bytes]:
        """The ids of all keys."""
        return frozenset(key.id for key in self._keys)

    def secret(self, id: bytes) -> bytes | None:
        """The secret of the key with the id; None if the ring does not have the key."""
        return next((key.secret for key in self._keys if key.id == id), None)

    @property
    def newest(self) -> int:
        """The creation time of the newest key; 0 while there is no key."""
        return self._keys[-1].made if self._keys else 0

    def replace(self, data: Mapping[str, str]) -> None:
        """Replace the keys by those of a Secret. Raises ValueError if the Secret has anything else."""
        keys = _parsed(data)
        if keys == self._keys:
            return
        self._keys = keys
        if self._cache is not None:
            with contextlib.suppress(OSError):
                write_private(self._cache, json.dumps(dict(data)))


def _parsed(data: Any) -> tuple[Key, ...]:
    """The keys of a Secret, oldest first. Raises ValueError if the Secret has anything else."""
    if not isinstance(data, Mapping):
        raise ValueError(f"expected an object of keys, got {type(data).__name__}")
    keys = []
    for name, text in data.items():
        try:
            secret = base64.b64decode(text, validate=True)
        except (binascii.Error, TypeError):
            secret = b""
        if len(secret) != BYTES or not name.removeprefix(PREFIX).isdigit():
            raise ValueError(f"{name} is no key: expected {BYTES} bytes")
        keys.append(Key(int(name.removeprefix(PREFIX)), secret))
    return tuple(sorted(keys))
