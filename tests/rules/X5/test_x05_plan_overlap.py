"""X5 beyond its fixtures: address ranges of the plan overlap."""

from __future__ import annotations

import pytest
import yaml

from tests.config.dev_stack import document
from tests.rules.helpers import OUTPOST, told, with_net0


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Links, the management network, node PodCIDRs, one address twice.
        (
            "cluster: { podCIDR: 192.168.0.0/17 }\n",
            [
                "error nodes[0].interfaces[0].address: 192.168.10.0-192.168.10.255",
                "error nodes[0].podCIDR: 172.20.0.0/24",
                "error nodes[1].podCIDR: 172.20.1.0/24",
                "error nodes[2].podCIDR: 172.20.2.0/24",
                "error nodes[3].interfaces[0].address: 192.168.20.0-192.168.20.255",
                "error nodes[3].podCIDR: 172.20.3.0/24",
                "error cluster.managementPrefix: 192.168.121.0-192.168.121.255",
            ],
        ),
        (
            "cluster: { managementPrefix: 192.168.20.0/24 }\n",
            ["error nodes[3].interfaces[0].address: 192.168.20.0-192.168.20.255"],
        ),
        ("cluster: { kind: existing, managementPrefix: null }\n", []),
        (
            yaml.safe_dump({"nodes": [{**node, "podCIDR": "172.20.1.0/24"} for node in document()["nodes"][:2]]}),
            ["error nodes[1].podCIDR: 172.20.1.0-172.20.1.255"],
        ),
        (with_net0("192.168.10.101/24"), ["error nodes[3].interfaces[1].address: 192.168.10.101"]),
        (
            "cilium: { ipam: cluster-pool }\n"
            + yaml.safe_dump(
                {
                    "nodes": [
                        {key: value for key, value in node.items() if key != "podCIDR"} for node in document()["nodes"]
                    ]
                }
            ),
            [],
        ),
        (
            yaml.safe_dump(
                {"nodes": [{**node, "podCIDR": f"fd00:{i}::/64"} for i, node in enumerate(document()["nodes"][:2])]}
            ),
            ["error nodes[0].podCIDR: fd00::/64", "error nodes[1].podCIDR: fd00:1::/64"],
        ),
        # An outpost with a node's and a router's address, on a node's link, and on a link inside the PodCIDR.
        (OUTPOST % "192.168.10.101/24", ["error outposts[0].address: 192.168.10.101"]),
        (OUTPOST % "192.168.10.200/24", ["error outposts[0].address: 192.168.10.200"]),
        (OUTPOST % "192.168.10.7/24", []),
        (OUTPOST % "172.20.9.7/24", ["error outposts[0].address: 172.20.9.0-172.20.9.255"]),
        # The link of a host that already exists may be anywhere, and its address is its own.
        ("cluster: { kind: existing, managementPrefix: null }\n" + OUTPOST % "192.168.10.7/16", []),
        (
            "cluster: { kind: existing, managementPrefix: null }\n" + OUTPOST % "192.168.10.101/16",
            ["error outposts[0].address: 192.168.10.101"],
        ),
        (with_net0("172.18.0.42/16"), []),
        (with_net0("fd00::42/64"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("X5", patch)) == sorted(expected)
