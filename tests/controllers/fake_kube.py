"""An API in memory: objects by kind and name, with versions, conflicts and optional failures."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

from components.egress.rbac import filled_by_controller
from config.egress import EgressHA
from config.errors import ApiError
from transport.kube import Kube
from transport.kube_requests import NotFound, Object


class FakeKube:
    """As much of `Kube` as the controller uses. `fail` is asked before each call and may raise."""

    def __init__(self) -> None:
        # What the component makes, and nobody has filled yet.
        self.objects: dict[tuple[str, str], Object] = {
            (item["kind"], item["metadata"]["name"]): {**item, "metadata": {**item["metadata"], "resourceVersion": "0"}}
            for item in filled_by_controller(EgressHA())
        }
        self.calls: list[tuple[str, str, str]] = []
        self.fail: Callable[[str, str, str], None] = lambda verb, kind, name: None
        self.events: list[list[Object]] = []
        self._version = 0
        self._lock = threading.Lock()

    def client(self) -> Kube:
        """To hand to code that wants the real thing."""
        return cast(Kube, self)

    def called(self, verb: str, kind: str) -> list[str]:
        """The names with which a method was called."""
        return [name for v, k, name in self.calls if (v, k) == (verb, kind)]

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        self._asked("get", kind, name)
        with self._lock:
            return copy.deepcopy(self.objects.get((kind, name)))

    def create(self, manifest: Object) -> Object:
        metadata = manifest["metadata"]
        with self._lock:
            name = metadata.get("name") or f"{metadata['generateName']}{len(self.objects)}"
        self._asked("create", manifest["kind"], name)
        with self._lock:
            if (manifest["kind"], name) in self.objects:
                raise ApiError("already exists", 409)
            return self._store(name, manifest)

    def replace(self, manifest: Object) -> Object:
        kind, metadata = manifest["kind"], manifest["metadata"]
        self._asked("replace", kind, metadata["name"])
        with self._lock:
            there = self.objects.get((kind, metadata["name"]))
            if there is None:
                raise NotFound(metadata["name"])
            if there["metadata"]["resourceVersion"] != metadata["resourceVersion"]:
                raise ApiError("the object has been modified", 409)
            return self._store(metadata["name"], manifest)

    def apply(
        self, manifest: Object, *, manager: str = "", dry_run: bool = False, subresource: str = "", force: bool = True
    ) -> Object:
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        self._asked(f"apply {subresource}".strip(), kind, name)
        with self._lock:
            there = self.objects.get((kind, name), {})
            asked = manifest["metadata"].get("resourceVersion")
            if asked is not None and asked != there["metadata"]["resourceVersion"]:
                raise ApiError("the object has been modified", 409)
            if subresource:
                return self._store(name, {**there, subresource: manifest[subresource]})
            return self._store(name, {**there, **manifest})

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> bool:
        self._asked("delete", kind, name)
        with self._lock:
            return self.objects.pop((kind, name), None) is not None

    def listing(self, api_version: str, kind: str, namespace: str | None, selector: str) -> tuple[list[Object], str]:
        self._asked("list", kind, "")
        with self._lock:
            return [copy.deepcopy(o) for (k, _), o in self.objects.items() if k == kind], str(self._version)

    def watch(self, *what: Any) -> Iterator[Object]:
        """What a test has put into `events`, for each call one list; then the API is gone."""
        self._asked("watch", what[1], "")
        if not self.events:
            raise ApiError("no more events")
        yield from self.events.pop(0)

    def _asked(self, verb: str, kind: str, name: str) -> None:
        self.calls.append((verb, kind, name))
        self.fail(verb, kind, name)

    def _store(self, name: str, manifest: Object) -> Object:
        self._version += 1
        made = copy.deepcopy(manifest)
        made["metadata"] = {**made.get("metadata", {}), "name": name, "resourceVersion": str(self._version)}
        self.objects[(made["kind"], name)] = made
        return copy.deepcopy(made)
