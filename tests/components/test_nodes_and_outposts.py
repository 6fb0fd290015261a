"""What a node's interfaces and routes say of its packets, and where an outpost answers."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from pydantic import ValidationError

from config.node import Node
from config.outpost import Outpost

INTERFACES = [
    {"name": "eth0", "address": "192.168.10.101/24"},
    {"name": "eth1", "address": "172.18.0.4/16"},
    {"name": "lo1", "address": "10.10.1.1/32", "loopback": True},
    {"name": "eth2", "address": "fd00:18::4/64"},
]


def node(**more: Any) -> Node:
    return Node.model_validate({"name": "w1", "interfaces": INTERFACES, **more})


def text(address: object) -> str | None:
    return None if address is None else str(address)


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("192.168.10.7", "192.168.10.101"),
        ("172.18.255.9", "172.18.0.4"),
        ("fd00:18::9", "fd00:18::4"),
        ("10.10.1.1", "10.10.1.1"),
        ("10.10.1.2", None),
        ("8.8.8.8", None),
        ("fd00:19::9", None),
    ],
)
def test_the_own_address_on_the_link_of_another(address: str, own: str | None) -> None:
    assert text(node().on_link(ip_address(address))) == own


ROUTES = [
    {"to": "10.0.0.0/8", "via": "192.168.10.1"},
    {"to": "10.9.0.0/16", "via": "172.18.0.1"},
    {"to": "fd00:99::/64", "via": "fd00:18::1"},
]


@pytest.mark.parametrize(
    ("address", "gateway", "source"),
    [
        # On the link, whatever routes say.
        ("172.18.0.8", None, "172.18.0.4"),
        # The longest prefix decides, in whatever order they stand.
        ("10.1.2.3", None, "192.168.10.101"),
        ("10.9.2.3", None, "172.18.0.4"),
        ("fd00:99::1", None, "fd00:18::4"),
        ("10.9.2.3", "192.168.10.1", "172.18.0.4"),
        # The default gateway for the rest, of its own family alone.
        ("8.8.8.8", "172.18.0.1", "172.18.0.4"),
        ("8.8.8.8", "192.168.10.1", "192.168.10.101"),
        ("8.8.8.8", "fd00:18::1", "192.168.10.101"),
        ("2001:db8::1", "172.18.0.1", "fd00:18::4"),
        # No route at all: the first address of the family. A next hop on no link is no better.
        ("8.8.8.8", None, "192.168.10.101"),
        ("8.8.8.8", "10.77.0.1", "192.168.10.101"),
    ],
)
def test_what_packets_carry_as_their_source(address: str, gateway: str | None, source: str) -> None:
    for routes in (ROUTES, ROUTES[::-1]):
        found = node(routes=routes, defaultGateway=gateway).source_towards(ip_address(address))
        assert str(found) == source


def test_a_family_that_the_node_does_not_have_is_answered_with_the_internal_ip() -> None:
    one = Node.model_validate({"name": "w1", "interfaces": INTERFACES[:1]})
    assert str(one.source_towards(ip_address("fd00::1"))) == "192.168.10.101" == str(one.address)


def test_the_internal_ip_is_nobodys_to_manage() -> None:
    managed = {"name": "egress0", "address": "172.18.0.42/32", "managed": "link"}
    assert Node.model_validate({"name": "w1", "interfaces": [*INTERFACES, managed]}).interfaces[-1].managed == "link"
    with pytest.raises(ValidationError, match="a first interface without managed"):
        Node.model_validate({"name": "w1", "interfaces": [managed, *INTERFACES]})
    with pytest.raises(ValidationError):
        Node.model_validate({"name": "w1", "interfaces": [*INTERFACES, {**managed, "managed": "vlan"}]})


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({"address": "172.18.0.8/16"}, "http://172.18.0.8:8000/"),
        ({"address": "fd00:18::8/64", "port": 80}, "http://[fd00:18::8]:80/"),
    ],
)
def test_where_an_outpost_answers(more: dict[str, Any], url: str) -> None:
    assert Outpost.model_validate({"name": "out", **more}).url == url


@pytest.mark.parametrize(
    "more",
    [
        {"address": "172.18.0.8"},
        {"address": "172.18.0.8/16", "port": 0},
        {"address": "172.18.0.8/16", "allowed": ["x"]},
        {"address": "172.18.0.8/16", "mac": "02:00"},
        {"address": "172.18.0.8/16", "extra": 1},
    ],
)
def test_what_is_no_outpost_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Outpost.model_validate({"name": "out", **more})
