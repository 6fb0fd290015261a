"""The keys that probes are signed with: a Secret of the API, filled and renewed by the controller that leads.

The component makes the Secret without anything in it, so that nobody needs the right to make Secrets. The newest key
but one signs, and all of the last three are taken: whoever has not read the newest one yet understands the others, and
is understood by them.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.egress import HA_KEYS
from config.errors import ApiError
from transport.kube import Kube, Object

log = logging.getLogger("egress-ha")

ROTATION = 86400.0
_KEPT = 3
_PREFIX, _BYTES = "key-", 32
_SOON, _SELDOM = 1.0, 30.0


@dataclass(frozen=True, order=True)
class Key:
    """`made` is a time of day in seconds, and orders keys."""

    made: int
    secret: bytes

    @cached_property
    def id(self) -> bytes:
        """Four bytes by which a datagram names its key."""
        return hashlib.sha256(b"id" + self.secret).digest()[:4]


class KeyRing:
    """The keys that this process has now. Threads may share it. `cache` keeps them over a restart of the process."""

    def __init__(self, cache: Path | None = None) -> None:
        self._keys: tuple[Key, ...] = ()
        self._cache = cache
        if cache is not None:
            with contextlib.suppress(OSError, ValueError):
                self._keys = _parsed(json.loads(cache.read_text()))

    @property
    def signing(self) -> Key | None:
        """The key to sign with, None while there is none."""
        keys = self._keys
        return keys[-2] if len(keys) > 1 else keys[0] if keys else None

    @property
    def ids(self) -> frozenset[bytes]:
        """The ids of all keys."""
        return frozenset(key.id for key in self._keys)

    def secret(self, id: bytes) -> bytes | None:
        """The key of that id, None where it is none of ours."""
        return next((key.secret for key in self._keys if key.id == id), None)

    @property
    def newest(self) -> int:
        """When the newest key was made, 0 where there is none."""
        return self._keys[-1].made if self._keys else 0

    def replace(self, data: Mapping[str, str]) -> None:
        """With the keys of a Secret. Raises ValueError for what is no key."""
        keys = _parsed(data)
        if keys == self._keys:
            return
        self._keys = keys
        if self._cache is not None:
            part = self._cache.with_suffix(".part")
            with (
                contextlib.suppress(OSError),
                os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file,
            ):
                file.write(json.dumps(dict(data)))
                file.flush()
                part.replace(self._cache)


class Keeper(threading.Thread):
    """Reads the Secret again and again, and renews the keys in it while `leads`."""

    def __init__(self, kube: Kube, namespace: str, ring: KeyRing, leads: Callable[[], bool] = lambda: False) -> None:
        super().__init__(name="keys", daemon=True)
        self._kube, self._namespace, self._ring, self._leads = kube, namespace, ring, leads
        self._told = ""
        self._pause = threading.Event()

    def run(self) -> None:
        while True:
            try:
                self.round(time.time())
                self._told = ""
            except (ApiError, ValueError) as error:
                if str(error) != self._told:
                    log.warning("keys of probes: %s", error)
                self._told = str(error)
            self._pause.wait(_SELDOM if self._ring.newest else _SOON)

    def round(self, now: float) -> None:
        """Read, and write where it is time. Raises ApiError, and ValueError for keys that are none."""
        found = self._kube.get("v1", "Secret", HA_KEYS, self._namespace)
        if found is None:
            raise ApiError(f"Secret {self._namespace}/{HA_KEYS} is not there; `edge up` makes it")
        data = dict(found.get("data") or {})
        self._ring.replace(data)
        if self._leads() and now - self._ring.newest >= ROTATION:
            self._ring.replace(self._renewed(found, data, int(now)))

    def _renewed(self, found: Object, data: Mapping[str, str], now: int) -> dict[str, str]:
        """The Secret's data with a new key (two where there was none), as the API has taken it."""
        names = sorted(data, key=lambda name: int(name.removeprefix(_PREFIX)))
        made = (now,) if names else (now - 1, now)
        news = {f"{_PREFIX}{when}": base64.b64encode(secrets.token_bytes(_BYTES)).decode() for when in made}
        kept = {name: data[name] for name in names[-(_KEPT - 1) :]}
        written = self._kube.replace({**found, "data": {**kept, **news}})
        log.info("keys of probes: a new one, of %d", len(written["data"]))
        return dict(written["data"])


def _parsed(data: Mapping[str, str]) -> tuple[Key, ...]:
    """Raises ValueError."""
    keys = []
    for name, text in data.items():
        try:
            secret = base64.b64decode(text, validate=True)
        except (binascii.Error, TypeError):
            secret = b""
        if len(secret) != _BYTES or not name.removeprefix(_PREFIX).isdigit():
            raise ValueError(f"{name} is no key: expected {_BYTES} bytes")
        keys.append(Key(int(name.removeprefix(_PREFIX)), secret))
    return tuple(sorted(keys))
