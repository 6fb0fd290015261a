"""An informer: a cache of all objects of a kind, kept up to date by a watch of the API."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from config.errors import ApiError
from transport.kube import Kube

Object = dict[str, Any]
# Seconds between renewals of a watch. Renewals detect a connection that died silently.
_RENEW = 20
_PAUSE = 0.5


class Informer(threading.Thread):
    """A cache by name. It keeps its objects while the API is unavailable. `answered`: when the API last answered.

    Versions are resourceVersions, which increase. `seen`: every change up to this version is in the cache.
    `version`: the version of the newest change in the cache.
    """

    def __init__(
        self,
        kube: Kube,
        api_version: str,
        kind: str,
        changed: Callable[[], None],
        *,
        namespace: str | None = None,
        selector: str = "",
    ) -> None:
        super().__init__(name=f"watch-{kind}", daemon=True)
        self._kube, self._what = kube, (api_version, kind, namespace, selector)
        self._changed = changed
        self._objects: dict[str, Object] = {}
        self._lock = threading.Lock()
        # For each running list request, the changes since its begin: the list may be older than these changes.
        self._meanwhile: dict[int, list[tuple[Object, bool]]] = {}
        self.synced, self._pause = threading.Event(), threading.Event()
        self.answered = 0.0
        self.seen = self.version = 0

    def objects(self) -> list[Object]:
        """All objects, in no order."""
        with self._lock:
            return list(self._objects.values())

    def put(self, item: Object) -> None:
        """Add the object that a write returned. The watch delivers it later, or has already delivered a newer one."""
        with self._lock:
            self._change(item)

    def run(self) -> None:
        while True:
            try:
                self._follow()
            except ApiError:
                self._pause.wait(_PAUSE)

    def refresh(self) -> str:
        """List all objects; returns the version of the list. Raises ApiError."""
        meanwhile: list[tuple[Object, bool]] = []
        with self._lock:
            self._meanwhile[id(meanwhile)] = meanwhile
        try:
            items, version = self._kube.listing(*self._what)
        finally:
            with self._lock:
                del self._meanwhile[id(meanwhile)]
        with self._lock:
            self._replace({item["metadata"]["name"]: item for item in items}, int(version))
            for item, there in meanwhile:
                if _version(item) > int(version):
                    self._change(item, there=there)
        self.answered = time.monotonic()
        self.synced.set()
        self._changed()
        return version

    def _follow(self) -> None:
        version = self.refresh()
        while True:
            for event in self._kube.watch(*self._what, version, _RENEW):
                self.answered = time.monotonic()
                if event["type"] == "ERROR":
                    # The version is too old. The next round starts from a list.
                    return
                item = event["object"]
                version = item["metadata"]["resourceVersion"]
                with self._lock:
                    if event["type"] != "BOOKMARK":
                        self._change(item, there=event["type"] != "DELETED")
                    self.seen = max(self.seen, int(version))
                if event["type"] != "BOOKMARK":
                    self._changed()
            self.answered = time.monotonic()

    def _replace(self, listed: dict[str, Object], version: int) -> None:
        """Replace all objects by the list. Versions may go back, if the API was restored from a backup."""
        gone = self._objects.keys() - listed.keys()
        self._objects = listed
        newest = max(map(_version, listed.values()), default=0)
        self.version = max(newest, version if gone else 0, self.version if self.version <= version else 0)
        self.seen = version

    def _change(self, item: Object, *, there: bool = True) -> None:
        name = item["metadata"]["name"]
        for log in self._meanwhile.values():
            log.append((item, there))
        if name in self._objects and _version(self._objects[name]) > _version(item):
            return
        if there:
            self._objects[name] = item
        else:
            self._objects.pop(name, None)
        self.version = max(self.version, _version(item))


def _version(item: Object) -> int:
    return int(item["metadata"].get("resourceVersion", 0))
