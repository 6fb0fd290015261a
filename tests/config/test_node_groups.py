"""Nodes that are said as a group: they are nodes like others, and mistakes in them are told where they stand."""

from __future__ import annotations

import time
from typing import Any

import pytest

from config.errors import ConfigError
from config.load import parse
from rules.registry import check_all
from tests.rules.test_fixtures import BASE, merged

GROUP: dict[str, Any] = {
    "name": "rack1-w{}",
    "count": 3,
    "first": 9,
    "role": "worker",
    "labels": {"rack": "1"},
    "interfaces": [{"name": "eth0", "address": "10.1.0.254/16"}, {"name": "eth1", "address": "fd00:1::ff/64"}],
    "podCIDR": "10.128.255.0/24",
    "defaultGateway": ["10.1.0.1", "fd00:1::1"],
    "ssh": {"host": "w{}.example"},
}


def stack(*groups: dict[str, Any], **more: Any) -> Any:
    return parse(merged(BASE, {"nodeGroups": list(groups), **more}), "dev")


def test_every_node_has_the_next_address_and_the_next_prefix() -> None:
    made = stack(GROUP).nodes[len(BASE["nodes"]) :]
    assert [node.name for node in made] == ["rack1-w9", "rack1-w10", "rack1-w11"]
    assert [[str(link.address) for link in node.interfaces] for node in made] == [
        ["10.1.0.254/16", "fd00:1::ff/64"],
        ["10.1.0.255/16", "fd00:1::100/64"],
        ["10.1.1.0/16", "fd00:1::101/64"],
    ]
    assert [str(node.pod_cidr) for node in made] == ["10.128.255.0/24", "10.129.0.0/24", "10.129.1.0/24"]
    assert {(node.role, node.labels["rack"], str(node.gateway(6))) for node in made} == {("worker", "1", "fd00:1::1")}
    assert [node.ssh.host for node in made] == ["w9.example", "w10.example", "w11.example"]


def test_a_name_without_a_place_for_the_number_has_it_after_a_dash() -> None:
    assert [n.name for n in stack({**GROUP, "name": "w", "count": 2}).nodes[-2:]] == ["w-9", "w-10"]


def test_a_group_alone_is_a_stack_and_its_prefixes_mean_ipam_kubernetes() -> None:
    assert (
        len(
            parse(
                {
                    **BASE,
                    "nodes": [],
                    "workloads": [],
                    "bgp": None,
                    "nodeGroups": [{**GROUP, "name": "c", "role": "control-plane"}],
                },
                "dev",
            ).nodes
        )
        == 3
    )
    without = {key: value for key, value in BASE["cilium"].items() if key != "ipam"}
    assert (
        parse(
            {**BASE, "cilium": without, "nodes": [], "workloads": [], "bgp": None, "nodeGroups": [GROUP]}, "dev"
        ).cilium.ipam
        == "kubernetes"
    )


def test_a_document_that_was_written_from_a_stack_is_the_same_stack() -> None:
    once = stack(GROUP)
    document = once.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert parse(document, "dev").nodes == once.nodes


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"count": 0}, "nodeGroups[0].count", "1"),
        ({"name": "W"}, "nodeGroups[0].name", "{}"),
        (
            {"count": 300, "interfaces": [{"name": "eth0", "address": "10.1.0.1/24"}]},
            "nodeGroups[0]",
            "300 consecutive addresses",
        ),
        ({"podCIDR": "255.255.255.0/24"}, "nodeGroups[0]", "3 consecutive prefixes"),
        ({"rolle": "worker"}, "nodeGroups[0].rolle", ""),
        (
            {"interfaces": [{"name": "e", "address": "10.1.0.1/24", "mac": "02:00:00:00:00:01"}]},
            "nodeGroups[0]",
            "no mac",
        ),
        (
            {"defaultGateway": ["10.1.0.1", "10.1.0.2"]},
            "nodeGroups[0].defaultGateway",
            "one gateway for each address family",
        ),
        ({"name": "cilium-w{}", "first": 1}, "nodes, routers and outposts", "once"),
    ],
)
def test_what_is_wrong_with_a_group_is_told_at_the_group(change: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        stack({**GROUP, **change})
    assert path in [problem.path for problem in raised.value.problems], raised.value.problems
    assert any(words in problem.expected for problem in raised.value.problems if problem.path == path)


def test_findings_stand_at_the_group() -> None:
    found = check_all(stack({**GROUP, "interfaces": [{"name": "eth1", "address": "192.168.10.99/24"}]})).findings
    paths = {finding.path for finding in found}
    # Their prefixes are outside the cluster's: of many nodes that is one line.
    assert [f.path for f in found if f.rule == "X5" and "podCIDR" in f.path] == ["nodeGroups[0].podCIDR"]
    assert not [path for path in paths if path.startswith("nodes[") and int(path[6]) >= len(BASE["nodes"])]


def test_a_thousand_nodes_are_few_lines_and_quick() -> None:
    many = {
        **GROUP,
        "count": 1000,
        "interfaces": [{"name": "eth0", "address": "10.1.0.10/16"}],
        "podCIDR": "10.128.0.0/24",
    }
    began = time.process_time()
    whole = stack(many)
    check_all(whole)
    assert len(whole.nodes) == 1000 + len(BASE["nodes"])
    # An order of magnitude above what it takes: nothing here may be quadratic.
    assert time.process_time() - began < 20
