"""A cluster of containers has one control plane, and kind names the nodes."""

from __future__ import annotations

from typing import Any

import pytest

from config.load import parse
from tests.config.containers import Change, cluster, document, told

ROLE = "expected worker (a cluster of containers has one control plane, and"
NAMED = "(kind names the nodes after cluster.name edge)"


def test_the_address_of_another_api_server_is_what_the_file_has() -> None:
    assert told("docker", cluster(apiServer="192.168.10.99")) == [
        "cluster.apiServer: expected 192.168.10.100, the address of the control plane cilium-ctr, got 192.168.10.99"
    ]


@pytest.mark.parametrize(("name", "first"), [("docker", "cilium-ctr"), ("kind", "edge-control-plane")])
def test_a_second_control_plane_is_named(name: str, first: str) -> None:
    lines = told(name, lambda d: d["nodes"][1].update(role="control-plane"))
    assert lines[0] == f"nodes[1].role: {ROLE} {first} is it), got control-plane"


@pytest.mark.parametrize("name", ["docker", "kind"])
def test_no_control_plane_is_one_line(name: str) -> None:
    def worker(stack: Any) -> None:
        stack["nodes"][0].pop("role")

    assert told(name, worker)[0] == "nodes: expected one node with role: control-plane, got none"
    assert told(name, lambda d: d.update(nodes=[], workloads=[], bgp=None)) == [
        "nodes: expected one node with role: control-plane, got none"
    ]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"apiServer": "127.0.0.1"},
            "cluster.apiServer: expected no value, or 172.18.0.2, the address of the control plane"
            " edge-control-plane, got 127.0.0.1",
        ),
        (
            {"apiPort": 8443},
            "cluster.apiPort: expected 6443 (kind's API server listens on this port of the node), got 8443",
        ),
    ],
)
def test_another_api_server_of_kind_is_refused(settings: dict[str, Any], line: str) -> None:
    assert told("kind", cluster(**settings)) == [line]


def test_the_api_server_of_kind_that_the_file_names() -> None:
    assert told("kind", cluster(apiServer="0.0.0.0")) == []  # noqa: S104 - no value
    # Before the program has seen an existing cluster, the file is right about its control plane.
    there = document("kind", cluster(apiServer="172.18.0.4", create=False))
    assert [str(node.address) for node in parse(there, "kind").nodes] == ["172.18.0.4", "172.18.0.2", "172.18.0.3"]


def group(name: str, count: int, first: int = 1, **link: str) -> Change:
    one = {"name": name, "count": count, "first": first, "interfaces": [{"name": "eth0", **link}]}
    return lambda d: d.update(nodeGroups=[one], workloads=[])


def nodes(count: int) -> Change:
    return lambda d: d.update(nodes=d["nodes"][:count])


def test_names_of_another_cluster_are_one_line() -> None:
    assert told("kind", lambda d: d["cluster"].pop("name")) == [
        "cluster.name: expected edge, as in the names of the nodes, got kind"
    ]


@pytest.mark.parametrize("link", [{}, {"address": "172.18.0.10/16"}])
@pytest.mark.parametrize(
    ("single", "pattern", "first", "wanted"),
    [
        (2, "edge-worker{}", 2, None),
        (2, "edge-worker", 1, f"edge-worker{{}} with first: 2 {NAMED}"),
        (2, "edge-worker{}", 3, f"edge-worker{{}} with first: 2 {NAMED}"),
        (3, "edge-worker{}", 2, f"edge-worker{{}} with first: 3 {NAMED}"),
        (1, "edge-worker", 1, "the single node edge-worker in nodes, and then a group edge-worker{} with first: 2"),
    ],
)
def test_the_pattern_of_a_group_of_workers(
    single: int, pattern: str, first: int, wanted: str | None, link: dict[str, str]
) -> None:
    lines = told("kind", nodes(single), group(pattern, 2, first, **link))
    expected = [f"nodeGroups[0].name: expected {wanted}, got {pattern} with first: {first}"] if wanted else []
    assert [line for line in lines if "each name once" not in line] == expected
    assert bool(single == 3) == any("edge-worker2 2 times" in line for line in lines)


def test_a_group_with_addresses_has_the_nodes_once() -> None:
    made = parse(document("kind", nodes(2), group("edge-worker{}", 2, 2, address="172.18.0.10/16")), "kind")
    assert [(node.name, str(node.address)) for node in made.nodes[2:]] == [
        ("edge-worker2", "172.18.0.10"),
        ("edge-worker3", "172.18.0.11"),
    ]
