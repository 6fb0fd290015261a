"""Leader election. The replicas share a Lease of the API, as client-go's leader election does."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from config.egress import HA_LEASE
from config.errors import ApiError
from transport.kube import Kube
from transport.kube_requests import NotFound, Object

log = logging.getLogger("egress-ha")
_API = "coordination.k8s.io/v1"


class LeaderElection(threading.Thread):
    """Tries to get the Lease all the time. `leading` ends by itself if the replica cannot renew the Lease in time.

    The election trusts no other replica's clock: its own clock measures how long the Lease has not changed.
    """

    def __init__(self, kube: Kube, namespace: str, identity: str, seconds: float, changed: Callable[[], None]) -> None:
        super().__init__(name="leader", daemon=True)
        self._kube, self._namespace, self._identity = kube, namespace, identity
        self._seconds = seconds
        self._changed = changed
        # Whether no other replica led before this one.
        self.first = False
        self._missing = False
        self._until = 0.0
        self._over = threading.Event()
        self._busy = threading.Lock()
        self._seen: tuple[object, float] = (None, 0.0)

    @property
    def leading(self) -> bool:
        """Whether this replica may write now."""
        return time.monotonic() < self._until

    def run(self) -> None:
        while not self._over.wait(self._seconds / 5):
            led = self.leading
            began = time.monotonic()
            with self._busy, contextlib.suppress(ApiError):
                if not self._over.is_set() and self._try():
                    # Other replicas wait longer than this, so one leader ends before the next one begins.
                    self._until = began + self._seconds * 0.8
            if led != self.leading:
                self._changed()

    def resign(self) -> None:
        """Give up the Lease for good, so that another replica need not wait until the Lease expires."""
        self._over.set()
        with self._busy:
            led, self._until = self.leading, 0.0
            if not led:
                return
            with contextlib.suppress(ApiError):
                lease = self._kube.get(_API, "Lease", HA_LEASE, self._namespace)
                if lease is not None and lease["spec"].get("holderIdentity") == self._identity:
                    self._kube.replace({**lease, "spec": {**lease["spec"], "holderIdentity": ""}})

    def _try(self) -> bool:
        lease = self._kube.get(_API, "Lease", HA_LEASE, self._namespace)
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        if lease is None:
            if not self._missing:
                log.warning("Lease %s/%s does not exist; `edge up` makes the Lease", self._namespace, HA_LEASE)
            self._missing = True
            return False
        self._missing = False
        spec = lease.get("spec") or {}
        unused = "leaseTransitions" not in spec and self._seen[0] is None
        mark = (spec.get("holderIdentity"), spec.get("renewTime"))
        if mark != self._seen[0]:
            self._seen = (mark, time.monotonic())
        mine = spec.get("holderIdentity") == self._identity
        over = not spec.get("holderIdentity") or time.monotonic() - self._seen[1] > self._seconds
        if not mine and not over:
            return False
        try:
            self._kube.replace({**lease, "spec": self._spec(spec, now)})
        except NotFound:
            return False
        self.first = self.first or unused
        return True

    def _spec(self, before: Object, now: str) -> Object:
        mine = before.get("holderIdentity") == self._identity
        return {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": max(1, round(self._seconds)),
            "renewTime": now,
            "acquireTime": before.get("acquireTime", now) if mine else now,
            "leaseTransitions": before.get("leaseTransitions", 0) + (0 if mine else 1),
        }
