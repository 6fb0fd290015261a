"""What somebody else's router has to have, in words that fit every make."""

from __future__ import annotations

from typing import Any

from config.load import parse
from effective.other_end import other_end
from tests.rules.test_fixtures import BASE, merged


def lines(**changes: Any) -> list[str]:
    router = {**BASE["routers"][0], "managed": False, **changes.pop("router", {})}
    stack = parse(merged(BASE, {"routers": [router], **changes}), "dev")
    return other_end(stack, stack.routers[0]).splitlines()


def test_each_node_is_a_line_with_what_both_sides_have_to_agree_on() -> None:
    head, networks, *neighbors = lines()
    assert head == "cilium-r: AS 65000, router ID 192.168.10.200, not managed here"
    assert networks == "networks of its own: 10.10.1.0/24"
    assert len(neighbors) == 4
    assert neighbors[0] == (
        "neighbor 192.168.10.100 (cilium-ctr): remote AS 65001, hold time 9 s, keepalive 3 s, password not set,"
        " eBGP multihop 2, graceful restart 15 s, families ipv4"
    )


def test_passwords_are_told_of_and_never_told() -> None:
    config = {**BASE["bgp"]["peerConfigs"][0], "authSecretRef": "bgp"}
    bgp = {"peerConfigs": [config], "authSecrets": [{"name": "bgp", "passwordConfig": "bgpPassword"}]}
    assert all("password set" in line for line in lines(bgp=bgp)[2:])


def test_a_number_of_its_own_for_the_nodes_is_said() -> None:
    bgp = BASE["routers"][0]["bgp"]
    group = {**bgp["peerGroups"][0], "localAs": 64999}
    assert all("local AS 64999" in line for line in lines(router={"bgp": {**bgp, "peerGroups": [group]}})[2:])


def test_a_router_that_no_node_peers_with_has_no_neighbors() -> None:
    assert lines(bgp={"clusterConfigs": []})[-1] == "no node of the stack peers with it"
