"""Egress addresses on real links: who gets which, and how long they stay."""

from __future__ import annotations

import json
import socket
import struct
import time
from ipaddress import ip_address
from typing import Any

import pytest

from config.net import Address
from controllers.egress_ha.gateway import arp, conflict_detection, interfaces
from tests.controllers.namespaces import Neighbor, in_namespace, sh

# They wait for the kernel and for neighbors on links.
pytestmark = pytest.mark.slow

HERE = ip_address("172.18.0.3")
EGRESS = ip_address("172.18.0.84")


def links() -> None:
    """eth0 with the InternalIP; eth1 on the same link and on another; eth2 with IPv6; port has no carrier."""
    for name in ("eth0", "eth1", "eth2"):
        sh(f"ip link add {name} type veth peer name {name}p && ip link set {name}p up && ip link set {name} up")
    sh("ip link add port type veth peer name dead && ip link set port up && ip address add 10.7.0.1/24 dev port")
    sh("ip address add 172.18.0.9/16 dev eth1 && ip address add 192.168.7.1/24 dev eth1")
    sh("ip address add 172.18.0.3/16 dev eth0 && ip address add 192.168.9.9/32 dev eth0")
    sh("ip address add fd00:18::3/64 dev eth2 nodad")


def on(device: str) -> str:
    return sh(f"ip -o address show dev {device}").stdout


@in_namespace
def test_the_link_of_the_address_is_picked_and_the_internal_ips_first() -> None:
    links()
    near_one = ip_address("172.18.0.9")
    assert interfaces.device_for(EGRESS, HERE) == "eth0" and interfaces.device_for(EGRESS, near_one) == "eth1"
    assert interfaces.device_for(ip_address("192.168.7.50"), HERE) == "eth1"
    assert interfaces.device_for(ip_address("fd00:18::84"), HERE) == "eth2"


@in_namespace
def test_an_address_on_no_link_is_an_error() -> None:
    links()
    # A host address makes no link; a link without a carrier and the loopback are none.
    for text in ("192.168.9.9", "10.7.0.9", "127.0.0.9", "8.8.8.8", "fd00:99::1"):
        with pytest.raises(interfaces.InterfaceError, match="is on no link of this host"):
            interfaces.device_for(ip_address(text), HERE)


@in_namespace
def test_an_egress_address_makes_no_link_of_its_own() -> None:
    links()
    interfaces.hold(EGRESS, "eth1", 60)
    assert interfaces.device_for(EGRESS, HERE) == "eth0"


@in_namespace
def test_addresses_are_held_and_dropped_and_others_left_alone() -> None:
    links()
    six = ip_address("fd00:18::84")
    before = on("eth0"), on("eth2")
    assert interfaces.held() == {}
    interfaces.hold(EGRESS, "eth0", 60)
    interfaces.hold(six, "eth2", 60)
    assert interfaces.held() == {EGRESS: "eth0", six: "eth2"}
    # No duplicate address detection: it is usable at once.
    assert "tentative" not in on("eth2").partition(str(six))[2].partition("valid_lft")[0]
    interfaces.drop(EGRESS, "eth0")
    interfaces.drop(six, "eth2")
    assert interfaces.held() == {} and (on("eth0"), on("eth2")) == before


@in_namespace
def test_the_kernel_takes_off_what_nobody_prolongs() -> None:
    links()
    prolonged = ip_address("172.18.0.85")
    began = time.monotonic()
    interfaces.hold(EGRESS, "eth0", 2)
    interfaces.hold(prolonged, "eth0", 2)
    time.sleep(1.2)
    assert set(interfaces.held()) == {EGRESS, prolonged}
    interfaces.hold(prolonged, "eth0", 2)
    while EGRESS in interfaces.held():
        assert time.monotonic() - began < 4
        time.sleep(0.05)
    assert time.monotonic() - began > 1.5 and set(interfaces.held()) == {prolonged}
    # A longer life replaces a shorter one.
    interfaces.hold(prolonged, "eth0", 60)
    assert "valid_lft 60sec" in on("eth0") or "valid_lft 59sec" in on("eth0")


@in_namespace
def test_what_the_kernel_refuses_is_an_error_of_ours() -> None:
    links()
    with pytest.raises(interfaces.InterfaceError, match="ip address replace 172"):
        interfaces.hold(EGRESS, "eth9", 5)
    with pytest.raises(interfaces.InterfaceError, match="ip address del 172"):
        interfaces.drop(EGRESS, "eth0")


@pytest.mark.parametrize(("address", "device"), [("172.18.0.50/32", "eth0"), ("fd00:18::50/128", "eth2")])
@in_namespace
def test_an_address_that_dhcp_leased_is_not_ours(address: str, device: str) -> None:
    links()
    sh(f"ip address add {address} dev {device} valid_lft 3600 preferred_lft 3600")
    assert interfaces.held() == {}


@in_namespace
def test_a_link_that_is_down_is_not_picked() -> None:
    links()
    sh("ip link set eth0 down")
    sh("ip link set eth1 name a1")
    assert interfaces.device_for(EGRESS, ip_address("10.0.0.1")) == "a1"


# --- ARP ---


def neighbor() -> Neighbor:
    # A neighbor on a veth pair answers at once; this process is a fork, so that nobody else waits less.
    arp._WAIT = 0.03
    other = Neighbor("eth0", "172.18.0.6/16")
    sh("ip address add 172.18.0.3/16 dev eth0")
    return other


def asked(address: Address) -> bool:
    return arp.holder("eth0", address) is not None  # type: ignore[arg-type]


@in_namespace
def test_a_neighbor_that_has_the_address_is_seen() -> None:
    other = neighbor()
    assert not asked(EGRESS)
    other.sh(f"ip address add {EGRESS}/32 dev eth0")
    assert asked(EGRESS) and asked(ip_address("172.18.0.6")) and not asked(ip_address("172.18.0.85"))
    other.sh(f"ip address del {EGRESS}/32 dev eth0")
    assert not asked(EGRESS)


@in_namespace
def test_an_address_of_this_host_is_no_conflict() -> None:
    neighbor()
    interfaces.hold(EGRESS, "eth0", 60)
    assert not asked(EGRESS)


@in_namespace
def test_asking_tells_nobody_that_the_address_is_here() -> None:
    other = neighbor()
    began = time.monotonic()
    assert not asked(EGRESS)
    assert time.monotonic() - began < 0.6
    assert str(EGRESS) not in other.sh("ip neighbor show")


@in_namespace
def test_an_announcement_moves_the_address_in_a_neighbors_table() -> None:
    other = neighbor()
    other.sh(f"ip neighbor replace {EGRESS} lladdr 02:00:00:00:00:99 dev eth0 nud stale")
    arp.announce("eth0", EGRESS)  # type: ignore[arg-type]
    mac = sh("cat /sys/class/net/eth0/address").stdout.strip()
    assert mac in other.sh(f"ip neighbor show {EGRESS}")


class Lost(list[object]):
    """Addresses that the guard gave up; a guard that watches three of them."""

    def __init__(self, device: str) -> None:
        super().__init__()
        self.held: dict[Address, str] = {EGRESS: device}
        self.to: list[str] = []
        conflict_detection.ConflictDetector(lambda: self.held, self._lost).start()

    def _lost(self, address: Address, who: str) -> None:
        self.append(address)
        self.to.append(who)


def claim(other: Neighbor) -> None:
    """As a host does that has the address and speaks to somebody."""
    other.sh("ip neigh flush to 172.18.0.3; ping -c 1 -W 1 -I 172.18.0.84 172.18.0.3 || true")
    time.sleep(0.1)


def neighbors_mac(other: Neighbor) -> str:
    return other.sh(f"ip neighbor show {EGRESS}")


@in_namespace
def test_a_first_claim_is_contradicted_and_at_the_second_the_address_is_lost() -> None:
    conflict_detection._ONE_CLAIM = 1.5
    other, third = neighbor(), Neighbor("eth5", "172.18.0.7/16")
    # One link for all three.
    sh(
        "ip link add br0 type bridge && ip link set br0 up && ip address flush dev eth0 && ip link set eth0 master br0"
        " && ip link set eth5 master br0 && ip address add 172.18.0.3/16 dev br0"
    )
    interfaces.hold(EGRESS, "br0", 60)
    lost = Lost("br0")
    third.sh(f"ping -c 1 -W 1 {EGRESS}")
    mac = sh("cat /sys/class/net/br0/address").stdout.strip()
    assert mac in neighbors_mac(third)
    other.sh(f"ip address add {EGRESS}/32 dev eth0")
    claim(other)
    # It is ours still for the one that had learned it.
    assert lost == [] and mac in neighbors_mac(third)
    time.sleep(1)
    claim(other)
    assert EGRESS in lost
    mac = json.loads(other.sh("ip -json link show eth0"))[0]["address"]
    assert lost.to[0] == f"{mac} on br0"


def forged(opcode: int = 2, source: bytes = b"", device: str = "eth0", kind: int = socket.PACKET_BROADCAST) -> Any:
    """What the guard is given: an ARP message in which a stranger says that he has the address."""
    mac = b"\x02\0\0\0\0\x66"
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, opcode) + mac + EGRESS.packed + b"\0" * 6 + EGRESS.packed
    return b"\xff" * 6 + (source or mac) + b"\x08\x06" + body, device, kind


@pytest.mark.parametrize(
    "claim",
    [
        forged(device="lxc1"),
        forged(kind=socket.PACKET_OTHERHOST),
        forged(kind=socket.PACKET_OUTGOING),
        forged(opcode=3),
        forged(source=b"\x02\0\0\0\0\x67"),
        (b"", "eth0", socket.PACKET_HOST),
        (b"x" * 60, "eth0", socket.PACKET_HOST),
    ],
)
@in_namespace
def test_a_claim_from_elsewhere_or_of_no_host_is_none(claim: Any) -> None:
    neighbor()
    lost: list[Any] = []
    guard = conflict_detection.ConflictDetector(lambda: {EGRESS: "eth0"}, lambda *what: lost.append(what))
    guard._saw(*claim)
    assert guard._claims == {} and lost == []


@in_namespace
def test_who_claims_an_address_again_and_again_and_answers_for_it_nowhere_gets_it_not() -> None:
    conflict_detection._ONE_CLAIM = 0.1
    neighbor()
    lost: list[Any] = []
    guard = conflict_detection.ConflictDetector(lambda: {EGRESS: "eth0"}, lambda *what: lost.append(what))
    for _ in range(4):
        guard._saw(*forged())
        time.sleep(0.2)
    assert EGRESS in guard._claims and lost == []


@in_namespace
def test_what_is_not_held_or_said_by_this_host_is_no_claim() -> None:
    conflict_detection._ONE_CLAIM = 0.0
    other = neighbor()
    lost = Lost("eth0")
    interfaces.hold(EGRESS, "eth0", 60)
    for _ in range(3):
        arp.announce("eth0", EGRESS)  # type: ignore[arg-type]
        other.sh("ip neigh flush to 172.18.0.3; ping -c 1 -W 1 172.18.0.3")
    time.sleep(0.1)
    assert lost == []


@in_namespace
def test_announcing_on_a_link_that_is_gone_is_no_error() -> None:
    arp.announce("eth9", EGRESS)  # type: ignore[arg-type]


@in_namespace
def test_asking_on_a_link_that_went_down_is_an_error_of_ours() -> None:
    neighbor()
    sh("ip link set eth0 down")
    with pytest.raises(interfaces.InterfaceError):
        asked(EGRESS)
