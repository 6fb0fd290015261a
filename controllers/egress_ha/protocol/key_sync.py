"""The Secret with the keys of probes.

The component creates the Secret empty, so that no process needs the right to create Secrets. The leader fills the
Secret and adds a key every day. Every other process reads the Secret.
"""

from __future__ import annotations

import base64
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping

from config.egress import HA_KEYS
from config.errors import ApiError
from controllers.egress_ha.protocol.keys import BYTES, PREFIX, KeyRing
from transport.kube import Kube
from transport.kube_requests import Object

log = logging.getLogger("egress-ha")

ROTATION = 86400.0
_KEPT = 3
_SOON, _SELDOM = 1.0, 30.0


class KeySync(threading.Thread):
    """Reads the Secret into the ring periodically, and renews the keys in the Secret while `leads` returns True."""

    def __init__(self, kube: Kube, namespace: str, ring: KeyRing, leads: Callable[[], bool] = lambda: False) -> None:
        super().__init__(name="keys", daemon=True)
        self._kube, self._namespace, self._ring, self._leads = kube, namespace, ring, leads
        self._logged = ""
        self._pause = threading.Event()

    def run(self) -> None:
        while True:
            try:
                self.round(time.time())
                self._logged = ""
            except (ApiError, ValueError) as error:
                if str(error) != self._logged:
                    log.warning("keys of probes: %s", error)
                self._logged = str(error)
            self._pause.wait(_SELDOM if self._ring.newest else _SOON)

    def round(self, now: float) -> None:
        """Read the Secret, and renew its keys when due. Raises ApiError, and ValueError for broken keys."""
        found = self._kube.get("v1", "Secret", HA_KEYS, self._namespace)
        if found is None:
            raise ApiError(f"Secret {self._namespace}/{HA_KEYS} does not exist; `edge up` makes the Secret")
        data = dict(found.get("data") or {})
        self._ring.replace(data)
        if self._leads() and now - self._ring.newest >= ROTATION:
            self._ring.replace(self._renewed(found, data, int(now)))

    def _renewed(self, found: Object, data: Mapping[str, str], now: int) -> dict[str, str]:
        """Add a new key to the Secret (two if it has none); returns the data as stored by the API."""
        names = sorted(data, key=lambda name: int(name.removeprefix(PREFIX)))
        made = (now,) if names else (now - 1, now)
        news = {f"{PREFIX}{when}": base64.b64encode(secrets.token_bytes(BYTES)).decode() for when in made}
        kept = {name: data[name] for name in names[-(_KEPT - 1) :]}
        written = self._kube.replace({**found, "data": {**kept, **news}})
        log.info("keys of probes: added a key, now %d keys", len(written["data"]))
        return dict(written["data"])
