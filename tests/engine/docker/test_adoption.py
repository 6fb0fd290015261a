"""Which existing network an `up` takes up: the one that an interrupted create of the stack left, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.project import Project

pytestmark = pytest.mark.lab

V4 = {"subnet": "10.77.1.0/24", "gateway": "10.77.1.254"}
V6 = {"subnet": "fd79::/64"}
LABELS = {"stack": "mine"}
SAID = f"""
from pulumi_docker import Network
Network("left", name="left", labels=[{{"label": "stack", "value": "mine"}}], ipam_configs=[{V4}], MORE)
"""
# What is there, and what the program declares beside the labels and the pool.
OURS: dict[str, tuple[dict[str, Any], str]] = {
    "defaults": ({}, ""),
    "declared defaults": ({}, "driver='bridge', internal=False, attachable=False, ipv6=False, ipam_driver='default'"),
    "options": (
        {"options": {"com.docker.network.bridge.name": "edge-left"}},
        "options={'com.docker.network.bridge.name': 'edge-left'}",
    ),
    "settings": ({"internal": True, "attachable": True}, "internal=True, attachable=True"),
}
STRANGERS: dict[str, tuple[dict[str, Any], str]] = {
    "another value of a label": ({"labels": {"stack": "yours"}}, ""),
    "no label": ({"labels": {}}, ""),
    "one more label": ({"labels": {**LABELS, "team": "yours"}}, ""),
    "another subnet": ({"pools": [{"subnet": "10.77.0.0/16", "gateway": "10.77.1.254"}]}, ""),
    "another gateway": ({"pools": [{"subnet": "10.77.1.0/24", "gateway": "10.77.1.1"}]}, ""),
    "a range": ({"pools": [{**V4, "iprange": "10.77.1.0/25"}]}, ""),
    "reserved addresses": ({"pools": [{**V4, "aux_addresses": {"host": "10.77.1.7"}}]}, ""),
    "one more pool": ({"pools": [V4, V6], "enable_ipv6": True}, "ipv6=True"),
    "internal": ({"internal": True}, ""),
    "attachable": ({"attachable": True}, ""),
    "IPv6": ({"enable_ipv6": True, "pools": [V4, V6]}, ""),
    "not internal": ({}, "internal=True"),
    "options": ({"options": {"com.docker.network.bridge.name": "edge-left"}}, ""),
    "options of the pools": ({"ipam_options": {"a": "b"}}, ""),
    "another driver": ({}, "driver='macvlan'"),
}


def made(docker: Any, there: dict[str, Any]) -> Any:
    """A network that is there before the `up`."""
    from docker.types import IPAMConfig, IPAMPool

    there = {"labels": LABELS, "pools": [V4], "ipam_options": None, **there}
    pools, options = [IPAMPool(**pool) for pool in there.pop("pools")], there.pop("ipam_options")
    return docker.networks.create("left", ipam=IPAMConfig(pool_configs=pools, options=options), **there)


@pytest.mark.parametrize("case", OURS)
def test_a_network_that_an_interrupted_create_left_is_taken_up(case: str, project: Project, docker: Any) -> None:
    there, said = OURS[case]
    left = made(docker, there)
    project.up(SAID.replace("MORE", said))
    assert [one.id for one in docker.networks.list(names=["left"])] == [left.id]
    project.engine.destroy()
    assert docker.networks.list(names=["left"]) == []


@pytest.mark.parametrize("case", STRANGERS)
def test_a_network_of_somebody_else_stays(case: str, project: Project, docker: Any) -> None:
    there, said = STRANGERS[case]
    strange = made(docker, there)
    words = project.fails(SAID.replace("MORE", said))
    assert "network left: the name is taken by an object that this stack did not make" in words
    project.engine.destroy()
    assert [one.id for one in docker.networks.list(names=["left"])] == [strange.id]


def test_a_network_without_labels_is_known_by_its_mark(project: Project, docker: Any) -> None:
    text = SAID.replace('labels=[{"label": "stack", "value": "mine"}], ', "").replace("MORE", "")
    made(docker, {"labels": {}})
    assert "the name is taken" in project.fails(text)
    docker.networks.get("left").remove()
    project.up(text)
    left = docker.networks.get("left").id
    # A run that was cut off before it wrote the state.
    (project.root / "state" / "t.json").unlink()
    (project.root / "state" / "t.json.bak").unlink(missing_ok=True)
    project.engine = project.at("other")
    project.up(text)
    assert docker.networks.get("left").id == left
