"""The real object of each declared resource: two resources can be the same object.

Creating a renamed, re-parented or moved resource adopts the object of the old resource. Deleting the old resource
must then keep the object, and the two steps must not work on the object at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from config.errors import EdgeError
from engine.registry import PROVIDER_PREFIX, Providers
from engine.resource import Resource
from engine.values import plain


class Claims:
    """The real objects of the resources that this run declared."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._urns: dict[str, str] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._lock = threading.Lock()

    def declare(self, resource: Resource) -> None:
        """Claim the object of a declared resource. Raises EdgeError if another resource is the same object."""
        identity = self._identity(resource)
        if identity is None:
            return
        with self._lock:
            first = self._urns.setdefault(identity, resource.urn)
        if first != resource.urn:
            names = f"{first.rpartition('::')[2]} and {resource.name}"
            raise EdgeError(f"{names} are the same object of the API ({_object(identity)}); declare the object once")

    def heir(self, resource: Resource) -> str:
        """The URN of the declared resource that is the same object as a resource of the state; empty if none is."""
        return self._urns.get(self._identity(resource) or "", "")

    @contextmanager
    def alone(self, resource: Resource) -> Iterator[None]:
        """Keep other steps from working on the same object meanwhile."""
        identity = self._identity(resource)
        if identity is None:
            yield
            return
        with self._lock:
            lock = self._locks.setdefault(identity, threading.RLock())
        with lock:
            yield

    def _identity(self, resource: Resource) -> str | None:
        if not resource.custom or resource.type.startswith(PROVIDER_PREFIX):
            return None
        if not self._providers.supports(resource.type):
            return None
        own = self._providers.of(resource.type).identity(resource.type, plain(resource.inputs))
        return None if own is None else f"{resource.provider.rpartition('::')[0]} {own}"


def _object(identity: str) -> str:
    return identity.rpartition(" ")[2].lstrip("/")
