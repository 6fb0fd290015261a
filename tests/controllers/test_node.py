"""The part on a gateway, on links of its own: what it puts on, takes off, and tells."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

import pytest

from config.egress import EgressHA
from config.errors import ApiError
from config.net import Address
from controllers.egress_ha import arp, interface
from controllers.egress_ha.node import NodePart
from tests.controllers.fake_kube import FakeKube
from tests.controllers.namespaces import Neighbor, in_namespace, sh

HERE, OTHER = ip_address("172.18.0.4"), ip_address("172.18.0.6")
X, Y, Z = (ip_address(f"172.18.0.{n}") for n in (84, 85, 86))
LIFETIME = 60


def link(address: str = "172.18.0.4/16") -> Neighbor:
    """eth0 with the InternalIP, and a host behind it."""
    # A neighbor on a veth pair answers at once; this process is a fork, so that nobody else waits less.
    arp._WAIT = 0.03
    other = Neighbor("eth0", "172.18.0.9/16")
    sh(f"ip address add {address} dev eth0")
    return other


def part(lifetime: int = LIFETIME, kube: FakeKube | None = None) -> NodePart:
    settings = EgressHA.model_validate({"addressLifetime": lifetime})
    return NodePart((kube or FakeKube()).client(), settings, HERE)


def say(node: NodePart, *groups: dict[Address, Address] | None, name: str = "ha") -> None:
    """The API has this status of a policy."""
    statuses = [
        {} if group is None else {"egressIPByGatewayIP": {str(k): str(v) for k, v in group.items()}} for group in groups
    ]
    node._policies.put({"metadata": {"name": name}, "status": {"groupStatuses": statuses}})
    node._policies.answered = time.monotonic()
    node._policies.synced.set()


def told(node: NodePart) -> tuple[list[str], list[str]]:
    document = node._document()
    return document["held"], document["conflicts"]


def texts(addresses: Iterable[Address]) -> list[str]:
    return sorted(map(str, addresses))


def life(address: Address) -> int:
    """How many seconds the kernel keeps it."""
    entries = [e for one in json.loads(sh("ip -json address show").stdout) for e in one["addr_info"]]
    return next((int(e["valid_life_time"]) for e in entries if e["local"] == str(address)), 0)


def cut_off(node: NodePart, kube: FakeKube) -> None:
    """Nobody has been heard for long, and the API does not answer."""

    def fail(*call: Any) -> None:
        raise ApiError("the API does not answer")

    kube.fail = fail
    node._heard = node._policies.answered = time.monotonic() - LIFETIME - 1


@in_namespace
def test_it_has_what_the_status_gives_it_and_no_more() -> None:
    link()
    node = part()
    say(node, {HERE: X, OTHER: Y}, None, {HERE: Z})
    node.reconcile()
    assert interface.held() == {X: "eth0", Z: "eth0"} and told(node) == (texts([X, Z]), [])
    assert LIFETIME - 2 <= life(X) <= LIFETIME
    say(node, {HERE: Y})
    node.reconcile()
    assert interface.held() == {Y: "eth0"} and told(node) == ([str(Y)], [])
    say(node)
    node.reconcile()
    assert interface.held() == {} and told(node) == ([], [])


@in_namespace
def test_each_round_prolongs_and_puts_back_what_the_kernel_dropped() -> None:
    link()
    node = part()
    say(node, {HERE: X})
    node.reconcile()
    interface.hold(X, "eth0", 3)
    node.reconcile()
    assert life(X) > LIFETIME - 3
    interface.drop(X, "eth0")
    node.reconcile()
    assert interface.held() == {X: "eth0"}


@in_namespace
def test_an_address_that_a_stranger_has_is_left_to_him_and_told() -> None:
    other = link()
    other.sh(f"ip address add {X}/32 dev eth0")
    node = part(lifetime=2)
    say(node, {HERE: X}, {HERE: Y})
    node.reconcile()
    assert interface.held() == {Y: "eth0"} and told(node) == ([str(Y)], [str(X)])
    # He leaves: it is asked again after a while, and taken.
    other.sh(f"ip address del {X}/32 dev eth0")
    node.reconcile()
    assert X not in interface.held()
    node._conflicts[X] -= 2
    node.reconcile()
    assert set(interface.held()) == {X, Y} and told(node)[1] == []


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
    node._contact()
    node.reconcile()
    assert X in interface.held()
    cut_off(node, kube)
    node._policies.answered = time.monotonic()
    node.reconcile()
    assert X in interface.held()
    cut_off(node, kube)
    node.reconcile()
    assert interface.held() == {} and told(node) == ([], [])
    # An answer of another gateway is as good as a question.
    node._answered(OTHER, False, None)
    node.reconcile()
    assert interface.held() == {}
    node._answered(OTHER, True, {})
    node.reconcile()
    assert X in interface.held()


@in_namespace
def test_who_is_asked_by_nobody_asks_the_api_first() -> None:
    link()
    kube = FakeKube()
    kube.apply({"kind": "EgressGatewayHAPolicy", "metadata": {"name": "ha"},
                "status": {"groupStatuses": [{"egressIPByGatewayIP": {str(HERE): str(Y)}}]}})  # fmt: skip
    node = part(kube=kube)
    say(node, {HERE: X})
    node._heard = node._policies.answered = time.monotonic() - LIFETIME - 1
    node.reconcile()
    assert set(interface.held()) == {Y} and kube.called("list", "EgressGatewayHAPolicy")


@in_namespace
def test_a_process_that_starts_again_keeps_what_is_there_until_it_knows() -> None:
    link()
    interface.hold(X, "eth0", 3)
    node = part()
    node._held = interface.held()
    node.reconcile()
    assert life(X) > 3
    say(node, {HERE: Y})
    node.reconcile()
    assert set(interface.held()) == {Y}


def test_other_gateways_are_asked_only_while_nobody_asks() -> None:
    node = part()
    say(node, {HERE: X, OTHER: Y})
    node._contact()
    assert node._peers() == set()
    node._heard -= 5
    assert node._peers() == {OTHER}


# --- what is wrong ---


@pytest.mark.xfail(strict=True, reason="before the first list addresses are prolonged for ever, also when cut off")
@in_namespace
def test_a_process_that_starts_again_while_cut_off_prolongs_nothing() -> None:
    link()
    interface.hold(X, "eth0", 3)
    kube = FakeKube()
    node = part(kube=kube)
    node._held = interface.held()
    cut_off(node, kube)
    node.reconcile()
    assert life(X) <= 3


@pytest.mark.xfail(strict=True, reason="an address on no link ends the round: the others run out")
@in_namespace
def test_an_address_on_no_link_does_not_cost_the_others_theirs() -> None:
    link()
    node = part()
    for number, address in enumerate((X, Y, Z)):
        say(node, {HERE: address}, name=f"good{number}")
    say(node, {HERE: ip_address("203.0.113.1")}, name="bad")
    # As the loop does.
    with contextlib.suppress(interface.InterfaceError):
        node.reconcile()
    assert set(interface.held()) == {X, Y, Z} and told(node)[0] == texts([X, Y, Z])


@pytest.mark.xfail(strict=True, reason="a leased /32 (a cloud's InternalIP) or /128 is dropped as not wanted")
@pytest.mark.parametrize("leased", ["172.18.0.4/32", "fd00:18::4/128"])
@in_namespace
def test_addresses_that_the_host_leased_are_left_alone(leased: str) -> None:
    link(f"{leased} valid_lft 3600 preferred_lft 3600")
    node = part()
    say(node)
    node.reconcile()
    assert life(ip_address(leased.partition("/")[0])) > 0
