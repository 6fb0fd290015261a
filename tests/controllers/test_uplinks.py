"""Ways out of a gateway, on links of its own with a router behind one of them."""

from __future__ import annotations

import time
from ipaddress import IPv4Address, IPv4Network, IPv6Network

import pytest

from config.egress import EgressHA
from config.net import Prefix
from controllers.egress_ha.gateway import arp
from controllers.egress_ha.gateway.next_hop import NextHop, next_hops
from controllers.egress_ha.gateway.uplinks import Uplinks
from tests.controllers.namespaces import Neighbor, in_namespace, sh

# They wait for the kernel and for neighbors on links.
pytestmark = pytest.mark.slow

FAR, NEAR, NOWHERE = (IPv4Network(text) for text in ("203.0.113.0/24", "192.0.2.7/32", "198.51.100.0/24"))
ROUTER = "192.0.2.1"


def network(address: str = f"{ROUTER}/24") -> Neighbor:
    """wan with an address of this host, and a router behind it."""
    router = Neighbor("wan", address)
    sh(f"ip address add 192.0.2.9/24 dev wan && ip route add {FAR} via {ROUTER}")
    return router


class Clock:
    """Rounds of a quarter of a second, without waiting for them."""

    def __init__(self, *prefixes: Prefix, hold: float = 0) -> None:
        arp._WAIT = 0.05
        self.uplinks = Uplinks(EgressHA.model_validate({"maxHold": hold}), lambda: prefixes)
        self.now = time.monotonic()

    def rounds(self, number: int) -> frozenset[IPv4Network]:
        for _ in range(number):
            self.now += 0.25
            self.uplinks.look(self.now)
        return self.uplinks.cut


@in_namespace
def test_the_first_hop_is_the_kernels() -> None:
    network()
    own = IPv4Address("192.0.2.9")
    assert next_hops([FAR, NEAR, NOWHERE]) == {
        FAR: NextHop("wan", IPv4Address(ROUTER), own),
        NEAR: NextHop("wan", None, own),
        NOWHERE: NextHop(),
    }
    # Two prefixes that begin alike, and everything.
    wide, everything = IPv4Network("203.0.112.0/23"), IPv4Network("0.0.0.0/0")
    sh(f"ip route add default via {ROUTER}")
    assert set(next_hops([FAR, wide, IPv4Network("203.0.113.0/25"), everything]).values()) == {
        NextHop("wan", IPv4Address(ROUTER), own)
    }


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        # The router's end falls silent, and this end notices nothing.
        (lambda router: router.sh("ip link set eth0 arp off"), lambda router: router.sh("ip link set eth0 arp on")),
        (lambda router: router.sh("ip link set eth0 down"), lambda router: router.sh("ip link set eth0 up")),
        (lambda router: sh(f"ip route del {FAR}"), lambda router: sh(f"ip route add {FAR} via {ROUTER}")),
        (
            lambda router: sh(f"ip route replace unreachable {FAR}"),
            lambda router: sh(f"ip route replace {FAR} via {ROUTER}"),
        ),
    ],
)
@in_namespace
def test_a_way_that_is_cut_is_noticed_and_so_is_its_return(broken, mended) -> None:  # type: ignore[no-untyped-def]
    router = network()
    clock = Clock(FAR)
    assert clock.rounds(5) == set()
    broken(router)
    # Two misses are none: routes are looked up once a second.
    assert clock.rounds(2) == set()
    assert clock.rounds(5) == {FAR}
    mended(router)
    assert clock.rounds(2) == {FAR}
    assert clock.rounds(6) == set()


@in_namespace
def test_a_policy_for_everything_on_a_gateway_without_a_default_route() -> None:
    """It is meant for what there are routes to; a default route that was there and is gone is another matter."""
    network()
    everything = IPv4Network("0.0.0.0/0")
    clock = Clock(everything, NOWHERE)
    assert clock.rounds(6) == {NOWHERE}
    sh(f"ip route add default via {ROUTER}")
    assert clock.rounds(6) == set()
    sh("ip route del default")
    assert clock.rounds(8) == {everything, NOWHERE}


@in_namespace
def test_a_router_with_another_mac_is_the_same_router() -> None:
    router = network()
    clock = Clock(FAR)
    clock.rounds(2)
    router.sh("ip link set eth0 address 02:00:00:00:00:77")
    assert all(clock.rounds(1) == set() for _ in range(6))


@in_namespace
def test_only_the_link_of_a_neighbor_counts() -> None:
    """A destination that is down is not the gateway's fault: nobody has NEAR."""
    router = network()
    clock = Clock(NEAR)
    assert clock.rounds(6) == set()
    router.sh("ip link set eth0 down")
    assert clock.rounds(6) == {NEAR}


@in_namespace
def test_a_way_that_flaps_stays_cut_for_longer_each_time() -> None:
    router = network()
    clock = Clock(FAR, hold=60)

    def flap() -> int:
        router.sh("ip link set eth0 arp off")
        assert clock.rounds(4) == {FAR}
        router.sh("ip link set eth0 arp on")
        return next(n for n in range(1, 200) if clock.rounds(1) == set())

    first, second, third = flap(), flap(), flap()
    assert first < second < third and third >= 4 / 0.25


@in_namespace
def test_other_families_and_this_host_itself_are_nobodys_trouble() -> None:
    network()
    clock = Clock(IPv4Network("192.0.2.9/32"), IPv6Network("2001:db8::/64"))
    assert clock.rounds(6) == set()
