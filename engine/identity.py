"""Two resources can be one and the same thing in the real world: which declared one stands for what.

A resource that was renamed, re-parented or moved is created onto the object of the old one. The delete of the old one
must then leave the object alone, and the two must not work on it at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from config.errors import EdgeError
from engine.registry import PROVIDER_PREFIX, Providers
from engine.state import Resource
from engine.values import plain


class Claims:
    """What the resources that were declared in this run are in the real world."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._urns: dict[str, str] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._lock = threading.Lock()

    def declare(self, resource: Resource) -> None:
        """A resource is declared. Raises EdgeError where another one is the same thing."""
        identity = self._identity(resource)
        if identity is None:
            return
        with self._lock:
            first = self._urns.setdefault(identity, resource.urn)
        if first != resource.urn:
            names = f"{first.rpartition('::')[2]} and {resource.name}"
            raise EdgeError(f"{names} are the same object of the API ({_object(identity)}); declare the object once")

    def heir(self, resource: Resource) -> str:
        """The URN of the declared resource that is the same thing as a resource of the state; none: an empty text."""
        return self._urns.get(self._identity(resource) or "", "")

    @contextmanager
    def alone(self, resource: Resource) -> Iterator[None]:
        """Nobody else works on the same thing meanwhile."""
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
