"""The cache of objects over lists, events, errors and writes of its own."""

from __future__ import annotations

import time
from typing import Any

import pytest

from config.errors import ApiError
from controllers.egress_ha.protocol.informer import Informer
from tests.controllers.fake_kube import FakeKube


def node(name: str, version: int, **metadata: Any) -> dict[str, Any]:
    return {"kind": "Node", "metadata": {"name": name, "resourceVersion": str(version), **metadata}}


def event(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "object": item}


class Cache(Informer):
    """With a count of the changes."""

    def __init__(self, kube: FakeKube) -> None:
        self.changes = 0
        super().__init__(kube.client(), "v1", "Node", self._count)

    def _count(self) -> None:
        self.changes += 1

    def versions(self) -> dict[str, str]:
        return {item["metadata"]["name"]: item["metadata"]["resourceVersion"] for item in self.objects()}


def until(condition: Any) -> None:
    end = time.monotonic() + 3
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_events_are_followed_and_a_lost_watch_begins_with_a_list() -> None:
    kube = FakeKube()
    kube.create({"kind": "Node", "metadata": {"name": "a"}})
    kube.events = [
        [event("ADDED", node("b", 7)), event("BOOKMARK", node("", 8)), event("MODIFIED", node("a", 9))],
        [event("DELETED", node("b", 10)), event("ADDED", node("c", 11))],
    ]
    cache = Cache(kube)
    assert not cache.synced.is_set() and cache.answered == 0
    cache.start()
    until(lambda: cache.versions() == {"a": "9", "c": "11"})
    # One list and four changes; the bookmark is none.
    assert cache.changes == 5 and cache.synced.is_set() and cache.answered > 0
    # The API was gone after that; the list tells what is there.
    until(lambda: cache.versions() == {"a": "1"})
    assert len(kube.called("list", "Node")) == 2


def test_a_version_that_is_too_old_begins_with_a_list() -> None:
    kube = FakeKube()
    kube.create({"kind": "Node", "metadata": {"name": "a"}})
    kube.events = [[event("ADDED", node("b", 7)), event("ERROR", {"code": 410}), event("ADDED", node("c", 8))]]
    cache = Cache(kube)
    cache.start()
    until(lambda: len(kube.called("list", "Node")) >= 2)
    assert cache.versions() == {"a": "1"}


def test_what_is_known_stays_while_the_api_is_away() -> None:
    kube = FakeKube()
    kube.create({"kind": "Node", "metadata": {"name": "a"}})
    cache = Cache(kube)
    cache.refresh()
    answered = cache.answered

    def fail(verb: str, kind: str, name: str) -> None:
        raise ApiError("the API does not answer")

    kube.fail = fail
    cache.start()
    until(lambda: len(kube.calls) >= 2)
    assert cache.versions() == {"a": "1"} and cache.answered == answered and cache.is_alive()


def test_what_came_while_lists_were_under_way_is_newer_than_they_are() -> None:
    """Two lists at once, as when a part asks by itself while its watch begins anew."""
    kube = FakeKube()
    kube.create({"kind": "Node", "metadata": {"name": "a"}})
    kube.create({"kind": "Node", "metadata": {"name": "b"}})
    cache = Cache(kube)
    calls = 0

    def meanwhile(verb: str, kind: str, name: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            cache.refresh()
            cache.put(node("a", 9))
            with cache._lock:
                cache._change(node("b", 10), there=False)

    kube.fail = meanwhile
    assert cache.refresh() == "2"
    assert cache.versions() == {"a": "9"} and cache.version == 10


def test_versions_of_what_is_seen_and_of_what_changed() -> None:
    kube = FakeKube()
    kube.create({"kind": "Node", "metadata": {"name": "a"}})
    kube._version = 40
    cache = Cache(kube)
    cache.refresh()
    assert (cache.seen, cache.version) == (40, 1)
    kube.events = [[event("ADDED", node("b", 41)), event("BOOKMARK", node("", 45)), event("DELETED", node("b", 47))]]
    with pytest.raises(ApiError):
        cache._follow()
    assert (cache.seen, cache.version) == (47, 47)
    # What is gone without an event went before the list.
    kube.objects.clear()
    kube._version = 60
    cache.refresh()
    assert (cache.seen, cache.version) == (60, 60)
    # An API that was restored from a backup counts from there again.
    kube._version = 5
    cache.refresh()
    assert (cache.seen, cache.version) == (5, 0)


def test_what_a_write_returned_is_there_at_once() -> None:
    cache = Cache(FakeKube())
    cache.put(node("a", 3))
    assert cache.versions() == {"a": "3"} and cache.changes == 0


def test_what_a_write_returned_does_not_replace_what_came_later() -> None:
    kube = FakeKube()
    cache = Cache(kube)
    kube.events = [[event("MODIFIED", node("a", 12, generation=2))]]
    cache.start()
    until(lambda: cache.versions() == {"a": "12"})
    cache.put(node("a", 11, generation=1))
    assert cache.versions() == {"a": "12"}
