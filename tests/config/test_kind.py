"""The document of a kind cluster: nodes without addresses, completed with those that Docker gives."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.errors import ConfigError
from config.load import parse

PROJECT = Path(__file__).resolve().parents[2]

DOCUMENT: dict[str, Any] = yaml.safe_load((PROJECT / "Pulumi.kind.yaml").read_text())["config"]["cilium-edge:stack"]
LEARNED = {
    "edge-control-plane": {"address": "172.18.0.4/16", "podCIDR": "10.244.0.0/24"},
    "edge-worker": {"address": "172.18.0.2/16", "podCIDR": "10.244.2.0/24"},
    "edge-worker2": {"address": "172.18.0.3/16", "podCIDR": "10.244.1.0/24"},
}


def changed(**parts: Any) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    for key, value in parts.items():
        document[key] = {**document[key], **value} if isinstance(value, dict) else value
    return document


def plan_of(document: dict[str, Any], learned: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {node.name: (str(node.address), str(node.pod_cidr)) for node in parse(document, "kind", learned).nodes}


def test_before_the_cluster_exists_nodes_have_the_first_free_addresses() -> None:
    document = changed(outposts=[{"name": "far", "address": "172.18.0.3/16"}])
    assert plan_of(document, {}) == {
        "edge-control-plane": ("172.18.0.2", "10.244.0.0/24"),
        "edge-worker": ("172.18.0.4", "10.244.1.0/24"),
        "edge-worker2": ("172.18.0.5", "10.244.2.0/24"),
    }
    assert str(parse(document, "kind").cluster.api_server) == "172.18.0.2"


def test_learned_addresses_and_prefixes_take_their_place() -> None:
    expected = {name: (it["address"].partition("/")[0], it["podCIDR"]) for name, it in LEARNED.items()}
    assert plan_of(DOCUMENT, LEARNED) == expected
    assert str(parse(DOCUMENT, "kind", LEARNED).cluster.api_server) == "172.18.0.4"


def test_pod_prefixes_are_learned_only_where_kubernetes_gives_them() -> None:
    document = changed(cilium={"ipam": "cluster-pool"})
    assert {prefix for _, prefix in plan_of(document, {}).values()} == {"None"}


def test_nodes_of_groups_get_addresses_too() -> None:
    nodes = [node for node in DOCUMENT["nodes"] if node["name"] != "edge-worker2"]
    group = {"name": "edge-worker{}", "count": 1, "first": 2, "interfaces": [{"name": "eth0"}]}
    assert plan_of(changed(nodes=nodes, nodeGroups=[group]), {}) == plan_of(DOCUMENT, {})


def test_further_interfaces_stay() -> None:
    own = {"name": "net0", "address": "172.18.1.42/16", "managed": "link"}
    nodes = deepcopy(DOCUMENT["nodes"])
    nodes[1]["interfaces"].append(own)
    worker = parse(changed(nodes=nodes), "kind", LEARNED).nodes[1]
    assert [str(one.address.ip) for one in worker.interfaces] == ["172.18.0.2", "172.18.1.42"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"cluster": {"name": "other"}},
            "cluster.name: expected edge, as in the names of the nodes, got other",
        ),
        (
            {"nodes": [*DOCUMENT["nodes"], {"name": "edge-worker4", "interfaces": [{"name": "eth0"}]}]},
            "nodes[3].name: expected edge-worker3 (kind names the nodes after cluster.name edge), got edge-worker4",
        ),
        (
            {"nodes": [*DOCUMENT["nodes"], {"name": "edge-worker3", "interfaces": [{"name": "eth1"}]}]},
            "nodes[3].interfaces: expected one interface without managed, eth0 (Docker's name for a container's only"
            " interface), got eth1",
        ),
        (
            {"cluster": {"subnet": "172.19.0.0/16"}, "nodes": DOCUMENT["nodes"]},
            None,
        ),
        (
            {
                "nodes": [
                    *DOCUMENT["nodes"],
                    {"name": "edge-worker3", "interfaces": [{"name": "eth0", "address": "192.0.2.1/24"}]},
                ]
            },
            "nodes[3].interfaces[0].address: expected an address of cluster.subnet 172.18.0.0/16, got 192.0.2.1",
        ),
        (
            {"cluster": {"podCIDR": "10.244.0.1/16"}},
            "cluster.podCIDR: expected a prefix such as 172.20.0.0/16, without host bits, got '10.244.0.1/16'",
        ),
        ({"cilium": {"ipam": "eni"}}, "cilium.ipam: expected a mode without a cloud provider"),
        ({"cluster": {"name": "UPPER"}}, "cluster.name: expected a name for kind"),
        (
            {"nodes": ["edge-worker"]},
            "nodes[0]: expected",
        ),
    ],
)
def test_what_kind_cannot_have_is_refused(change: dict[str, Any], expected: str | None) -> None:
    if expected is None:
        addresses = [address for address, _ in plan_of(changed(**change), {}).values()]
        assert addresses == ["172.19.0.2", "172.19.0.3", "172.19.0.4"]
        return
    with pytest.raises(ConfigError) as error:
        parse(changed(**change), "kind")
    assert f"  {expected}" in str(error.value)


def test_an_address_of_the_file_that_docker_did_not_give_is_refused() -> None:
    nodes = deepcopy(DOCUMENT["nodes"])
    nodes[1]["interfaces"] = [{"name": "eth0", "address": "172.18.0.9/16"}]
    assert plan_of(changed(nodes=nodes), {})["edge-worker"][0] == "172.18.0.9"
    with pytest.raises(ConfigError) as error:
        parse(changed(nodes=nodes), "kind", LEARNED)
    assert (
        "nodes[1].interfaces[0].address: expected no address (Docker gave the node 172.18.0.2/16; leave the address"
        " out), got 172.18.0.9/16" in str(error.value)
    )


def test_an_existing_cluster_has_no_outposts_in_its_own_network() -> None:
    """Docker fixes no address there, and a server without a shell cannot set one."""
    outposts = [{"name": "far", "address": "172.18.0.3/16"}]
    parse(changed(outposts=outposts), "kind")
    with pytest.raises(ConfigError, match=r"outposts\[0\].address: expected an address outside cluster.subnet"):
        parse(changed(outposts=outposts, cluster={"create": False}), "kind")
