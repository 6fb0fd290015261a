"""B13 beyond its fixtures: an eBGP peer is not on the node's link, and ebgpMultihop is not set."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.helpers import NO_ROUTERS, Edit, one_link, peer, peer_config, router, sentences, told_after

NO_MULTIHOP: Edit = lambda d: peer_config(d).pop("ebgpMultihop")  # noqa: E731
FAR_HOPS = "error routers[0].bgp.neighbors[3].ebgpMultihop"


def far_node(d: Any) -> None:
    """A node on no link of the router, which is its neighbor all the same."""
    d["nodes"][3].update(interfaces=[{"name": "eth1", "address": "192.168.30.100/24"}], routes=[])
    router(d)["neighbors"][3]["address"] = "192.168.30.100"


def fifth_node(d: Any) -> None:
    """A fifth node two hops away: the cluster has a TTL of 2, the router has 1."""
    d["nodes"].append(
        {
            "name": "far",
            "podCIDR": "172.20.9.0/24",
            "defaultGateway": "192.168.30.1",
            "interfaces": [{"name": "eth1", "address": "192.168.30.100/24"}],
            "routes": [{"to": "172.20.0.0/16", "via": "192.168.10.200"}],
        }
    )
    router(d)["neighbors"].append({"address": "192.168.30.100", "peerGroup": "CILIUM"})


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # iBGP has no hop limit; another address of a neighbor on the link is no hop; neither is known of a
        # missing config.
        ([NO_MULTIHOP], []),
        ([NO_MULTIHOP, far_node], ["error bgp.peerConfigs[0].ebgpMultihop", FAR_HOPS]),
        (
            [lambda d: peer_config(d).update(ebgpMultihop=1), far_node],
            ["error bgp.peerConfigs[0].ebgpMultihop", FAR_HOPS],
        ),
        (
            [
                NO_MULTIHOP,
                far_node,
                lambda d: router(d).update(
                    neighbors=router(d)["neighbors"][:3],
                    listenRanges=[{"prefix": "192.168.30.0/24", "peerGroup": "CILIUM"}],
                ),
            ],
            ["error bgp.peerConfigs[0].ebgpMultihop", "error routers[0].bgp.peerGroups[0].ebgpMultihop"],
        ),
        ([far_node, lambda d: router(d)["peerGroups"][0].update(ebgpMultihop=2)], []),
        ([NO_MULTIHOP, far_node, lambda d: peer(d).pop("asn")], []),
        ([NO_MULTIHOP, far_node, lambda d: peer(d).update(asn=65001)], []),
        ([NO_MULTIHOP, far_node, lambda d: peer(d).pop("peerConfigRef")], [FAR_HOPS]),
        (
            [NO_MULTIHOP, far_node, lambda d: peer(d).pop("address"), lambda d: peer(d).update(defaultGateway="ipv4")],
            [],
        ),
        ([NO_MULTIHOP, NO_ROUTERS], ["error bgp.peerConfigs[0].ebgpMultihop"]),
        ([NO_MULTIHOP, NO_ROUTERS, one_link], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B13", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: peer_config(d).update(ebgpMultihop=1), far_node],
            [
                "2 or more (node cilium-w3 is not on the link of 192.168.10.200) | 1 | set "
                "ebgpMultihop to the number of hops",
                "2 or more (192.168.30.100, node cilium-w3, is on no link of cilium-r) | 1"
                " | set ebgpMultihop to the number of hops on the router too",
            ],
        ),
    ],
)
def test_a_sentence(edits: list[Edit], expected: list[str]) -> None:
    assert sentences("B13", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param([fifth_node], ["error routers[0].bgp.neighbors[4].ebgpMultihop"], id="the-routers-hop-limit"),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B13", *edits) == expected
