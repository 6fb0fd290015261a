"""Who acts, among replicas that share a Lease in an API with optimistic concurrency."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from config.errors import ApiError
from controllers.egress_ha.replica.leader_election import LeaderElection
from tests.controllers.fake_kube import FakeKube

LEASE = 0.4


def replica(
    kube: FakeKube, name: str, seconds: float = LEASE, changed: Callable[[], None] = lambda: None
) -> LeaderElection:
    return LeaderElection(kube.client(), "kube-system", name, seconds, changed)


def holder(kube: FakeKube) -> str:
    return str(kube.objects[("Lease", "egress-ha")]["spec"]["holderIdentity"])


def until(condition: Callable[[], bool], seconds: float = 3.0) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not come to that"
        time.sleep(0.005)
    return time.monotonic() - began


def refuse(verb: str, kind: str, name: str) -> None:
    raise ApiError("the API does not answer")


class Watcher(threading.Thread):
    """Looks all the time how many lead."""

    def __init__(self, replicas: list[LeaderElection]) -> None:
        super().__init__(daemon=True)
        self.replicas, self.most, self.done = replicas, 0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.001):
            self.most = max(self.most, sum(one.leading for one in self.replicas))


def test_one_of_three_leads_and_another_takes_over_after_the_lease() -> None:
    kube = FakeKube()
    told = threading.Event()
    replicas = [replica(kube, name, changed=told.set) for name in "abc"]
    watcher = Watcher(replicas)
    cut_off: set[str] = set()

    def fail(verb: str, kind: str, name: str) -> None:
        if threading.current_thread().name in cut_off:
            raise ApiError("the API does not answer")

    kube.fail = fail
    for one, name in zip(replicas, "abc", strict=True):
        one.name = name
    watcher.start()
    for one in replicas:
        one.start()
    until(lambda: any(one.leading for one in replicas))
    assert told.is_set()
    first = next(one for one in replicas if one.leading)
    # It is renewed: nobody else leads meanwhile.
    time.sleep(2 * LEASE)
    assert first.leading and holder(kube) == first.name
    cut_off.add(first.name)
    until(lambda: not first.leading, LEASE)
    took = until(lambda: any(one.leading for one in replicas), 2 * LEASE)
    assert took < LEASE and holder(kube) != first.name
    # It comes back and waits for its turn.
    second = holder(kube)
    cut_off.clear()
    time.sleep(LEASE)
    assert holder(kube) == second and not first.leading
    watcher.done.set()
    assert watcher.most == 1


def test_a_lease_is_as_client_go_writes_it() -> None:
    kube = FakeKube()
    one, two = replica(kube, "a", 10), replica(kube, "b", 0.05)
    assert one._try()
    first = kube.objects[("Lease", "egress-ha")]["spec"]
    assert first["leaseDurationSeconds"] == 10 and first["renewTime"].endswith("Z") and first["leaseTransitions"] == 1
    assert one._try()
    renewed = kube.objects[("Lease", "egress-ha")]["spec"]
    assert renewed["acquireTime"] == first["acquireTime"] and renewed["renewTime"] > first["renewTime"]
    # How long it has not changed counts as seen from here, not what time it says.
    assert not two._try()
    time.sleep(0.06)
    assert two._try() and kube.objects[("Lease", "egress-ha")]["spec"]["leaseTransitions"] == 2


def test_a_lease_that_is_renewed_with_a_wrong_clock_is_respected() -> None:
    kube = FakeKube()
    one, two = replica(kube, "a"), replica(kube, "b", 0.1)
    assert one._try()
    for n in range(4):
        lease = kube.objects[("Lease", "egress-ha")]
        lease["spec"]["renewTime"] = f"1999-01-01T00:00:0{n}Z"
        assert not two._try()
        time.sleep(0.06)


def test_of_two_that_try_at_once_one_wins() -> None:
    kube = FakeKube()
    one, two = replica(kube, "a"), replica(kube, "b")
    for used in (False, True):
        if used:
            kube.objects[("Lease", "egress-ha")]["spec"]["holderIdentity"] = ""

        def race(asked: str, kind: str, name: str) -> None:
            if asked == "replace":
                kube.fail = lambda *call: None
                assert two._try()

        kube.fail = race
        with pytest.raises(ApiError) as refused:
            one._try()
        assert refused.value.status == 409 and holder(kube) == "b"


@pytest.mark.parametrize("verb", ["get", "replace"])
def test_a_call_that_fails_makes_nobody_a_leader_and_ends_nothing(verb: str) -> None:
    kube = FakeKube()
    if verb == "replace":
        before = replica(kube, "z")
        before._try()
        kube.objects[("Lease", "egress-ha")]["spec"]["holderIdentity"] = ""
    one = replica(kube, "a", 0.2)
    kube.fail = lambda asked, kind, name: refuse(asked, kind, name) if asked == verb else None
    one.start()
    until(lambda: len(kube.called(verb, "Lease")) > 3)
    assert not one.leading and one.is_alive()
    kube.fail = lambda *call: None
    until(lambda: one.leading)


def test_without_the_lease_nobody_leads_and_none_is_made() -> None:
    kube = FakeKube()
    one = replica(kube, "a")
    lease = kube.objects[("Lease", "egress-ha")]

    def gone(verb: str, kind: str, name: str) -> None:
        if verb == "replace":
            kube.objects.pop(("Lease", "egress-ha"), None)

    kube.fail = gone
    assert not one._try() and not one._try() and not kube.called("create", "Lease")
    kube.fail = lambda *call: None
    # Somebody makes it: nobody knows then who led before, so that this replica is not the first.
    kube.objects[("Lease", "egress-ha")] = lease
    assert one._try() and holder(kube) == "a" and not one.first


def test_who_leads_by_an_unused_lease_is_the_first() -> None:
    kube = FakeKube()
    one, two = replica(kube, "a"), replica(kube, "b")
    assert one._try() and one.first
    one._until = time.monotonic() + 9
    one.resign()
    assert two._try() and not two.first


def test_who_resigns_leaves_at_once() -> None:
    kube = FakeKube()
    one, two = replica(kube, "a", 30), replica(kube, "b", 30)
    one._until = time.monotonic() + 24
    assert one._try() and not two._try()
    one.resign()
    assert not one.leading and two._try() and holder(kube) == "b"
    # Who does not lead has nothing to give up.
    one.resign()
    assert holder(kube) == "b"


def test_resigning_without_an_api_is_silent_and_the_lead_is_over() -> None:
    kube = FakeKube()
    one = replica(kube, "a")
    assert one._try()
    one._until = time.monotonic() + 5
    kube.fail = refuse
    one.resign()
    assert not one.leading


def test_who_resigned_does_not_come_back() -> None:
    kube = FakeKube()
    one = replica(kube, "a", 0.1)
    one.start()
    until(lambda: one.leading)
    one.resign()
    time.sleep(0.15)
    assert not one.leading


def test_resigning_late_does_not_take_the_lease_of_the_next_election() -> None:
    kube = FakeKube()
    one, two = replica(kube, "a"), replica(kube, "b")
    assert one._try()
    one._until = time.monotonic() + 5

    def slow(verb: str, kind: str, name: str) -> None:
        # While this replica waits for the API its lease runs out, and the other one leads.
        kube.fail = lambda *call: None
        kube.objects[("Lease", "egress-ha")]["spec"]["holderIdentity"] = ""
        assert two._try()

    kube.fail = slow
    one.resign()
    assert holder(kube) == "b"
