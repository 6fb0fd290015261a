"""The part on a gateway, on links of its own: what it puts on, takes off, and tells."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from ipaddress import ip_address
from math import inf
from typing import Any

import pytest

from config.egress import EgressHA
from config.errors import ApiError
from config.net import Address
from controllers.egress_ha.gateway import arp, interfaces
from controllers.egress_ha.gateway.process import GatewayProcess
from controllers.egress_ha.protocol.prober import Prober
from controllers.egress_ha.protocol.responder import Question
from controllers.egress_ha.protocol.wire import GATEWAY
from tests.controllers.fake_kube import FakeKube
from tests.controllers.namespaces import Neighbor, in_namespace, sh
from tests.controllers.signed import ring

# They wait for the kernel and for neighbors on links.
pytestmark = pytest.mark.slow

HERE, OTHER = ip_address("172.18.0.4"), ip_address("172.18.0.6")
X, Y, Z = (ip_address(f"172.18.0.{n}") for n in (84, 85, 86))
LIFETIME = 60
STRANGER = "02:00:00:00:00:09 on eth0"


def link(address: str = "172.18.0.4/16") -> Neighbor:
    """eth0 with the InternalIP, and a host behind it."""
    # A neighbor on a veth pair answers at once; this process is a fork, so that nobody else waits less.
    arp._WAIT = 0.03
    other = Neighbor("eth0", "172.18.0.9/16")
    sh(f"ip address add {address} dev eth0")
    return other


def part(lifetime: int = LIFETIME, kube: FakeKube | None = None, **more: Any) -> GatewayProcess:
    settings = EgressHA.model_validate({"addressLifetime": lifetime, **more})
    return GatewayProcess((kube or FakeKube()).client(), settings, HERE, ring())


def say(node: GatewayProcess, *groups: dict[Address, Address] | None, name: str = "ha") -> None:
    """The API has this status of a policy."""
    statuses = [
        {} if group is None else {"egressIPByGatewayIP": {str(k): str(v) for k, v in group.items()}} for group in groups
    ]
    node._policies.put({"metadata": {"name": name}, "status": {"groupStatuses": statuses}})
    node._policies.answered = node._round = time.monotonic()
    node._policies.synced.set()


def answered(node: GatewayProcess) -> tuple[list[str], list[str]]:
    document = node._document()
    return document["held"], sorted(document["conflicts"])


def refused(*call: Any) -> None:
    raise ApiError("the API does not answer")


def texts(addresses: Iterable[Address]) -> list[str]:
    return sorted(map(str, addresses))


def life(address: Address) -> int:
    """How many seconds the kernel keeps it."""
    entries = [e for one in json.loads(sh("ip -json address show").stdout) for e in one["addr_info"]]
    return next((int(e["valid_life_time"]) for e in entries if e["local"] == str(address)), 0)


def asked(node: GatewayProcess, heard: bool = True, version: int = 0) -> None:
    """A controller asks."""
    node._assignment.asked(Question(time.monotonic() if heard else -inf, version))


def cut_off(node: GatewayProcess, kube: FakeKube) -> None:
    """Nobody has been heard for long, and the API does not answer."""

    kube.fail = refused
    node._assignment.heard = node._policies.answered = time.monotonic() - LIFETIME - 1


@in_namespace
def test_it_has_what_the_status_gives_it_and_no_more() -> None:
    link()
    node = part()
    say(node, {HERE: X, OTHER: Y}, None, {HERE: Z})
    node.reconcile()
    assert interfaces.held() == {X: "eth0", Z: "eth0"} and answered(node) == (texts([X, Z]), [])
    assert LIFETIME - 2 <= life(X) <= LIFETIME
    say(node, {HERE: Y})
    node.reconcile()
    assert interfaces.held() == {Y: "eth0"} and answered(node) == ([str(Y)], [])
    say(node)
    node.reconcile()
    assert interfaces.held() == {} and answered(node) == ([], [])


@in_namespace
def test_each_round_prolongs_and_puts_back_what_the_kernel_dropped() -> None:
    link()
    node = part()
    say(node, {HERE: X})
    node.reconcile()
    interfaces.hold(X, "eth0", 3)
    node.reconcile()
    assert life(X) > LIFETIME - 3
    interfaces.drop(X, "eth0")
    node.reconcile()
    assert interfaces.held() == {X: "eth0"}


@in_namespace
def test_an_address_that_may_have_gone_before_it_was_prolonged_is_taken_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process stands still between its look and its act, and another host has the address by then."""
    other = link()
    node = part(lifetime=3)
    say(node, {HERE: X})
    node.reconcile()
    prolong = interfaces.prolong

    def later(*words: Any) -> None:
        other.sh(f"ip address add {X}/32 dev eth0")
        time.sleep(3.5)
        prolong(*words)

    monkeypatch.setattr(interfaces, "prolong", later)
    node.reconcile()
    assert interfaces.held() == {} and answered(node)[0] == [] and node._wake.is_set()
    monkeypatch.undo()
    node._policies.answered = time.monotonic()
    node.reconcile()
    assert answered(node) == ([], [str(X)])


@in_namespace
def test_an_address_that_was_put_on_long_after_the_link_was_asked_comes_off(monkeypatch: pytest.MonkeyPatch) -> None:
    link()
    node = part()
    say(node, {HERE: X})
    hold = interfaces.hold

    def later(*words: Any) -> None:
        time.sleep(2.1)
        hold(*words)

    monkeypatch.setattr(interfaces, "hold", later)
    node.reconcile()
    assert interfaces.held() == {} and answered(node)[0] == []
    monkeypatch.undo()
    node.reconcile()
    assert interfaces.held() == {X: "eth0"}


@in_namespace
def test_traffic_does_not_come_back_to_a_gateway_that_has_just_stood_still() -> None:
    link()
    node = part(settle=0.3, agentHealthPort=0)
    say(node, {HERE: X})
    node.reconcile()
    time.sleep(0.35)
    node.reconcile()
    assert node._document()["ready"]
    # Shorter than the address's lifetime: the kernel has kept it.
    node._round = time.monotonic() - 3
    node.reconcile()
    assert answered(node) == ([str(X)], []) and not node._document()["ready"]


@in_namespace
def test_many_addresses_are_prolonged_at_once() -> None:
    link()
    node = part()
    arp._WAIT = 0.001
    many = [ip_address(f"172.18.1.{n}") for n in range(1, 101)]
    for address in many:
        interfaces.hold(address, "eth0", 5)
        say(node, {HERE: address}, name=str(address))
    began = time.monotonic()
    node.reconcile()
    assert time.monotonic() - began < 1 and min(map(life, many[::20])) > 5 and set(interfaces.held()) == set(many)


@in_namespace
def test_an_address_that_a_stranger_has_is_left_to_him_and_told() -> None:
    other = link()
    other.sh(f"ip address add {X}/32 dev eth0")
    node = part(lifetime=2)
    say(node, {HERE: X}, {HERE: Y})
    node.reconcile()
    assert interfaces.held() == {Y: "eth0"} and answered(node) == ([str(Y)], [str(X)])
    # He leaves: it is asked again after a while, and taken.
    other.sh(f"ip address del {X}/32 dev eth0")
    node.reconcile()
    assert X not in interfaces.held()
    node._conflicts.found[X] = (node._conflicts.found[X][0] - 2, STRANGER)
    node.reconcile()
    assert set(interfaces.held()) == {X, Y} and answered(node)[1] == []


@in_namespace
def test_an_address_that_a_stranger_will_not_leave_is_given_up_and_told() -> None:
    link()
    node = part(lifetime=2)
    say(node, {HERE: X}, {HERE: Y})
    node.reconcile()
    node._lost(X, STRANGER)
    assert node._wake.is_set()
    node.reconcile()
    assert interfaces.held() == {Y: "eth0"} and answered(node) == ([str(Y)], [str(X)])
    # He leaves: it is taken again after a while.
    node._conflicts.found[X] = (node._conflicts.found[X][0] - 2, STRANGER)
    node.reconcile()
    assert set(interfaces.held()) == {X, Y} and answered(node)[1] == []


@in_namespace
def test_a_neighbor_learns_where_the_address_is() -> None:
    other = link()
    other.sh(f"ip neighbor replace {X} lladdr 02:00:00:00:00:99 dev eth0 nud stale")
    node = part()
    say(node, {HERE: X})
    node.reconcile()
    assert sh("cat /sys/class/net/eth0/address").stdout.strip() in other.sh(f"ip neighbor show {X}")


@in_namespace
def test_who_is_cut_off_gives_up_and_who_hears_anything_does_not() -> None:
    link()
    kube = FakeKube()
    node = part(kube=kube)
    say(node, {HERE: X})
    node.reconcile()
    cut_off(node, kube)
    asked(node)
    node.reconcile()
    assert X in interfaces.held()
    cut_off(node, kube)
    node._policies.answered = time.monotonic()
    node.reconcile()
    assert X in interfaces.held()
    cut_off(node, kube)
    node.reconcile()
    assert interfaces.held() == {} and answered(node) == ([], [])
    asked(node)
    node.reconcile()
    assert X in interfaces.held()


@in_namespace
def test_a_question_that_was_heard_long_ago_prolongs_nothing() -> None:
    link()
    kube = FakeKube()
    node = part(kube=kube)
    say(node, {HERE: X})
    node.reconcile()
    cut_off(node, kube)
    # As somebody sends it again who listened then: the mark in it is of that time.
    node._assignment.asked(Question(time.monotonic() - LIFETIME - 1, 0))
    node.reconcile()
    assert interfaces.held() == {}


@in_namespace
def test_a_controller_that_does_not_hear_this_node_or_knows_more_proves_nothing() -> None:
    """It may have given the address to another gateway by now."""
    for heard, version in ((False, 0), (True, 8)):
        link()
        kube = FakeKube()
        node = part(kube=kube)
        say(node, {HERE: X})
        node._policies.seen = 7
        node.reconcile()
        cut_off(node, kube)
        asked(node, heard, version)
        node.reconcile()
        assert interfaces.held() == {}
        asked(node, True, 7)
        node.reconcile()
        assert X in interfaces.held()
        sh("ip link del eth0")


@in_namespace
def test_after_a_standstill_the_api_has_the_first_word() -> None:
    """Questions waited in the socket meanwhile, and the status has moved on."""
    link()
    kube = FakeKube()
    node = part(kube=kube)
    say(node, {HERE: X})
    node.reconcile()
    assert answered(node)[0] == [str(X)]
    node._round -= LIFETIME + 1
    assert answered(node) == ([], [])
    kube.fail = refused
    asked(node)
    node.reconcile()
    assert interfaces.held() == {}
    kube.fail = lambda *call: None
    kube.apply(
        {
            "kind": "EgressGatewayHAPolicy",
            "metadata": {"name": "ha"},
            "status": {"groupStatuses": [{"egressIPByGatewayIP": {str(HERE): str(Y)}}]},
        }
    )
    node.reconcile()
    assert set(interfaces.held()) == {Y}


@in_namespace
def test_a_report_tells_up_to_where_the_status_was_carried_out() -> None:
    link()
    node = part()
    say(node, {HERE: X})
    node._policies.seen = 12
    assert node._document()["seen"] == 0
    node.reconcile()
    assert node._document() == {"held": [str(X)], "conflicts": {}, "seen": 12, "cut": [], "ready": False}
    node._policies.seen = 13
    assert node._document()["seen"] == 12


@in_namespace
def test_who_is_asked_by_nobody_asks_the_api_first() -> None:
    link()
    kube = FakeKube()
    kube.apply(
        {
            "kind": "EgressGatewayHAPolicy",
            "metadata": {"name": "ha"},
            "status": {"groupStatuses": [{"egressIPByGatewayIP": {str(HERE): str(Y)}}]},
        }
    )
    node = part(kube=kube)
    say(node, {HERE: X})
    node._assignment.heard = node._policies.answered = time.monotonic() - LIFETIME - 1
    node.reconcile()
    assert set(interfaces.held()) == {Y} and kube.called("list", "EgressGatewayHAPolicy")


@in_namespace
def test_a_process_that_starts_again_keeps_what_is_there_until_it_knows() -> None:
    link()
    interfaces.hold(X, "eth0", 3)
    node = part()
    asked(node, version=9)
    node.reconcile()
    assert life(X) > 3 and answered(node)[0] == [str(X)]
    say(node, {HERE: Y})
    node.reconcile()
    assert set(interfaces.held()) == {Y}


@in_namespace
def test_a_process_that_starts_again_while_cut_off_prolongs_nothing() -> None:
    link()
    interfaces.hold(X, "eth0", 3)
    kube = FakeKube()
    node = part(kube=kube)
    cut_off(node, kube)
    node.reconcile()
    asked(node, heard=False)
    node.reconcile()
    assert 0 < life(X) <= 3


@in_namespace
def test_an_address_on_no_link_does_not_cost_the_others_theirs() -> None:
    link()
    node = part()
    for number, address in enumerate((X, Y, Z)):
        say(node, {HERE: address}, name=f"good{number}")
    say(node, {HERE: ip_address("203.0.113.1")}, name="bad")
    node.reconcile()
    assert set(interfaces.held()) == {X, Y, Z} and answered(node)[0] == texts([X, Y, Z])


@pytest.mark.parametrize("leased", ["172.18.0.4/32", "fd00:18::4/128"])
@in_namespace
def test_addresses_that_the_host_leased_are_left_alone(leased: str) -> None:
    link(f"{leased} valid_lft 3600 preferred_lft 3600")
    node = part()
    say(node)
    node.reconcile()
    assert life(ip_address(leased.partition("/")[0])) > 0
    # Nor is it taken over where a policy gives it by mistake: it would go with the policy.
    address = ip_address(leased.partition("/")[0])
    sh("ip address add fd00:18::9/64 dev eth0 nodad && ip address add 172.18.0.10/16 dev eth0")
    say(node, {HERE: address})
    node.reconcile()
    assert life(address) > LIFETIME and answered(node) == ([], [str(address)])
    say(node)
    node.reconcile()
    assert life(address) > LIFETIME


@in_namespace
def test_it_tells_which_destinations_it_has_no_way_to_and_is_silent_until_it_knows() -> None:
    link()
    node = part()
    node._policies.put({"metadata": {"name": "ha"}, "spec": {"destinationCIDRs": ["203.0.113.0/24", "172.18.0.9/32"]}})
    node._policies.put({"metadata": {"name": "odd"}, "spec": {"destinationCIDRs": ["203.0.113.1/24"]}})
    node._policies.synced.set()
    node._policies.start = lambda: None  # type: ignore[method-assign]
    node._key_sync.start = lambda: None  # type: ignore[method-assign]
    threading.Thread(target=node.run, daemon=True).start()
    heard: list[Any] = []
    prober = Prober(
        HERE, node._settings.probe_port, GATEWAY, ring(), 0.1, lambda: [HERE], lambda *told: heard.append(told)
    )
    prober.start()
    deadline = time.monotonic() + 10
    while not any(answered for _, answered, _ in heard):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert next(document for _, answered, document in heard if answered)["cut"] == ["203.0.113.0/24"]


@in_namespace
def test_an_address_that_the_kernel_dropped_is_a_new_one_to_the_agent() -> None:
    link()
    node = part(settle=0.3, agentHealthPort=0)
    say(node, {HERE: X})
    node.reconcile()
    assert not node._document()["ready"]
    time.sleep(0.35)
    node.reconcile()
    assert node._document()["ready"]
    interfaces.drop(X, "eth0")
    node.reconcile()
    assert answered(node) == ([str(X)], []) and not node._document()["ready"]
    # What is said after a standstill is from before it.
    time.sleep(0.35)
    node._round = time.monotonic() - LIFETIME - 1
    assert not node._document()["ready"]


@in_namespace
def test_an_address_that_another_host_has_keeps_nobody_waiting() -> None:
    other = link()
    other.sh(f"ip address add {X}/16 dev eth0")
    node = part(settle=0.3, agentHealthPort=0)
    say(node, {HERE: X})
    for _ in range(3):
        node.reconcile()
        time.sleep(0.2)
    assert answered(node) == ([], [str(X)]) and node._document()["ready"]
