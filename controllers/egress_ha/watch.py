"""Objects of a kind as the API has them now, kept up to date by a watch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from config.errors import ApiError
from transport.kube import Kube

Object = dict[str, Any]
# A watch is renewed so often, in seconds: a connection that died without a word is noticed by then.
_RENEW = 20
_PAUSE = 0.5


class Watched(threading.Thread):
    """A cache by name. What it has when the API goes away, it keeps; `answered` is when the API last spoke."""

    def __init__(self, kube: Kube, api_version: str, kind: str, changed: Callable[[], None], *,
                 namespace: str | None = None, selector: str = "") -> None:  # fmt: skip
        super().__init__(name=f"watch-{kind}", daemon=True)
        self._kube, self._what = kube, (api_version, kind, namespace, selector)
        self._changed = changed
        self._objects: dict[str, Object] = {}
        self._lock = threading.Lock()
        self.synced = threading.Event()
        self.answered = 0.0

    def objects(self) -> list[Object]:
        """All of them, in no order."""
        with self._lock:
            return list(self._objects.values())

    def put(self, item: Object) -> None:
        """What a write returned; the watch tells the same a little later."""
        with self._lock:
            self._objects[item["metadata"]["name"]] = item

    def run(self) -> None:
        while True:
            try:
                self._follow()
            except ApiError:
                time.sleep(_PAUSE)

    def refresh(self) -> str:
        """List everything; the version of the list. Raises ApiError."""
        items, version = self._kube.listing(*self._what)
        with self._lock:
            self._objects = {item["metadata"]["name"]: item for item in items}
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
                    # The version is too old: start again from a list.
                    return
                item = event["object"]
                version = item["metadata"]["resourceVersion"]
                if event["type"] == "BOOKMARK":
                    continue
                with self._lock:
                    if event["type"] == "DELETED":
                        self._objects.pop(item["metadata"]["name"], None)
                    else:
                        self._objects[item["metadata"]["name"]] = item
                self._changed()
            self.answered = time.monotonic()
