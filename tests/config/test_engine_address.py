"""Which address of a subnet is the Docker engine's own: one that nothing in the stack file uses."""

from __future__ import annotations

from typing import Any

import pytest

from config.engine_address import engine_addresses
from tests.config.containers import Change, changed

ROUTER = {"bgp": {"asn": 65000}, "managed": False}


def engine(name: str, *changes: Change) -> list[str]:
    return [str(address) for address in engine_addresses(changed(name, *changes)).values()]


def unmanaged(address: str) -> Change:
    router = {**ROUTER, "name": "other", "interfaces": [{"name": "eth0", "address": address}]}
    return lambda d: d["routers"].append(router)


def pool(**block: str) -> Change:
    return lambda d: d.update(pools=[{"name": "p", "blocks": [block]}])


def peer(**of: Any) -> Change:
    new = {"name": "other", "asn": 65009, "peerConfigRef": "cilium-peer", **of}
    return lambda d: d["bgp"]["clusterConfigs"][0]["instances"][0]["peers"].append(new)


def gateway(address: str) -> Change:
    return lambda d: [node.update(defaultGateway=address) for node in d["nodes"][:2]]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (unmanaged("192.168.10.254/24"), "192.168.10.253"),
        (lambda d: d["routers"][0]["bgp"]["neighbors"].append({"address": "192.168.10.254", "remoteAs": 65009}), None),
        (peer(address="192.168.10.254"), None),
        (gateway("192.168.10.254"), None),
        (lambda d: d["nodes"][0]["routes"].append({"to": "192.0.2.0/24", "via": "192.168.10.254"}), None),
        (pool(cidr="192.168.10.240/28"), "192.168.10.239"),
        (pool(start="192.168.10.230", stop="192.168.10.254"), "192.168.10.229"),
        # A pool of the whole subnet leaves the addresses that no host has.
        (pool(cidr="192.168.10.0/24"), "192.168.10.254"),
        (pool(cidr="172.16.1.0/24"), "192.168.10.254"),
    ],
)
def test_the_engine_avoids_what_the_file_uses(change: Change, expected: str | None) -> None:
    assert engine("docker", change) == [expected or "192.168.10.253", "192.168.20.254"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([lambda d: d["egressPolicies"][1].update(egressCIDRs=["172.18.255.252/30"])], "172.18.255.251"),
        # In the only network of a stack, the engine is the way to registries.
        ([gateway("172.18.255.254")], "172.18.255.254"),
        ([gateway("172.18.0.1")], "172.18.0.1"),
        ([gateway("172.18.255.254"), lambda d: d.update(routers=[]), unmanaged("172.18.255.254/16")], "172.18.255.253"),
    ],
)
def test_a_next_hop_that_no_host_is_means_the_engine(changes: list[Change], expected: str) -> None:
    assert engine("egress-docker", *changes) == [expected]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], "172.18.0.1"),
        ([unmanaged("172.18.0.1/16")], "172.18.255.254"),
        ([unmanaged("172.18.0.1/16"), unmanaged("172.18.255.254/16")], "172.18.255.253"),
        # The bridge of an existing network is there already.
        ([pool(cidr="172.18.0.0/24"), lambda d: d["cluster"].update(create=False)], "172.18.0.1"),
    ],
)
def test_beside_kind_the_engine_prefers_the_first_address(changes: list[Change], expected: str) -> None:
    names = iter(("other", "another"))

    def renamed(document: Any) -> None:
        for router in document["routers"][1:]:
            router["name"] = next(names)

    assert engine("kind", *changes, renamed) == [expected]
