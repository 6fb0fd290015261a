"""B42 beyond its fixtures: what a node certainly advertises over IPv4."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.helpers import Edit, peer_config, router, sentences

SERVICE = {"selector": {"app": "webpod"}, "labels": {"app": "webpod"}, "port": 81}


def limited(d: Any) -> None:
    """The dev stack's nodes advertise their PodCIDR and the address of one Service."""
    router(d)["peerGroups"][0]["maximumPrefix"] = 1


def more(name: str, **given: Any) -> Edit:
    return lambda d: d["services"].append({**SERVICE, "name": name, **given})


def with_pods_of_ipv6(d: Any) -> None:
    d["cluster"]["podCIDR"] = "fd00:20::/48"
    for i, node in enumerate(d["nodes"]):
        node["podCIDR"] = f"fd00:20:0:{i}::/64"


def without_pod_cidrs(d: Any) -> None:
    d["cilium"]["ipam"] = "multi-pool"
    for node in d["nodes"]:
        node.pop("podCIDR")


SHARED = {"lbipam.cilium.io/sharing-key": "web"}


@pytest.mark.parametrize(
    ("edits", "count"),
    [
        ([], 2),
        # PodCIDRs of the other family, and an IPAM mode without PodCIDRs.
        ([with_pods_of_ipv6], None),
        ([without_pod_cidrs], None),
        # Services: one more, of the other family, of both, with a shared address, and without a pool.
        ([more("a")], 3),
        ([more("a", ipFamilies=["IPv6"])], 2),
        ([more("a", ipFamilies=["IPv6"], ipFamilyPolicy="RequireDualStack")], 3),
        ([more("a", annotations=SHARED), more("b", annotations=SHARED, port=82)], 3),
        ([lambda d: d["pools"].clear()], None),
        # The session carries IPv6 alone.
        ([lambda d: peer_config(d)["families"][0].update(afi="ipv6")], None),
    ],
)
def test_what_a_node_certainly_advertises(edits: list[Edit], count: int | None) -> None:
    said = [] if count is None else [f"at least {count} (the prefixes that node cilium-ctr announces)"]
    assert [one.partition(" | ")[0] for one in sentences("B42", limited, *edits)] == said
