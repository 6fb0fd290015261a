"""Which drills of BGP a stack has, and when its sessions count as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from config.errors import EdgeError
from config.load import parse
from config.stack import StackConfig
from drills.addresses import addressed
from drills.catalogue import drills_for
from drills.drill import Testbed
from drills.routing_faults import empty_node, uncordon
from drills.routing_targets import well

PROJECT = Path(__file__).resolve().parents[2]


def stack(name: str) -> StackConfig:
    return parse(yaml.safe_load((PROJECT / f"Pulumi.{name}.yaml").read_text())["config"]["cilium-edge:stack"], name)


class Routers:
    """The neighbors that every router shows, by their states."""

    def __init__(self, shipped: str, states: list[str]) -> None:
        self.stack = stack(shipped)
        self._shown = json.dumps({f"192.0.2.{i}": {"bgpState": state} for i, state in enumerate(states, 1)})

    def run(self, host: str, script: str) -> str:
        return self._shown


class Api:
    """A cluster whose only Service has an address, or none yet."""

    def __init__(self, *addresses: str) -> None:
        self._status = {"loadBalancer": {"ingress": [{"ip": address} for address in addresses]} if addresses else {}}

    def kubectl(self, *words: str) -> str:
        assert words == ("-n", "default", "get", "service", "webpod", "-o", "json")
        return json.dumps({"status": self._status})


class Moving:
    """A Service whose pod on the first announcing worker starts, and gets ready when nobody deletes it."""

    def __init__(self) -> None:
        self.stack = stack("docker")
        self.node: dict[str, Any] = {"metadata": {"name": "cilium-w1", "annotations": {}}, "spec": {}}
        self.pods = {"elsewhere": ("cilium-w3", "True"), "starting": ("cilium-w1", "False"), "pending": (None, "False")}

    def kubectl(self, *words: str) -> str:
        if words[0] in ("cordon", "uncordon"):
            assert words[1:] == ("cilium-w1",)
            self.node["spec"]["unschedulable"] = words[0] == "cordon"
            return ""
        if words[0] == "annotate":
            key, _, value = words[3].partition("=")
            self.node["metadata"]["annotations"] = {key: value} if value else {}
            return ""
        if words[:2] in (("get", "node"), ("get", "nodes")):
            return json.dumps(self.node if words[1] == "node" else {"items": [self.node]})
        if "delete" in words:
            for name in words[4:-1]:
                del self.pods[name]
            return ""
        items = [
            {
                "metadata": {"name": name},
                "spec": {"nodeName": node} if node else {},
                "status": {"conditions": [{"type": "Ready", "status": ready}]},
            }
            for name, (node, ready) in self.pods.items()
        ]
        return json.dumps({"items": items})


def test_a_node_is_empty_when_no_pod_is_left_that_gets_ready_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drills.routing_faults.time.sleep", lambda seconds: None)
    cluster = Moving()
    empty_node(cast("Testbed", cluster))
    assert set(cluster.pods) == {"elsewhere", "pending"} and cluster.node["spec"]["unschedulable"]
    uncordon(cast("Testbed", cluster))
    assert cluster.node == {"metadata": {"name": "cilium-w1", "annotations": {}}, "spec": {"unschedulable": False}}


def test_a_node_that_somebody_has_cordoned_stays_cordoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drills.routing_faults.time.sleep", lambda seconds: None)
    cluster = Moving()
    cluster.node["spec"]["unschedulable"] = True
    empty_node(cast("Testbed", cluster))
    uncordon(cast("Testbed", cluster))
    assert cluster.node["spec"]["unschedulable"] is True


def test_streams_ask_the_address_that_the_service_got() -> None:
    """A pool may give its first address away, or keep it."""
    [stream] = next(drill for drill in drills_for(stack("kind")) if drill.name == "node-lost").streams(stack("kind"))
    assert (stream.service, stream.host) == ("default/webpod", "")
    assert addressed(stream, cast("Testbed", Api("172.16.1.0"))).host == "172.16.1.0"
    with pytest.raises(EdgeError, match="Service default/webpod: no address to ask"):
        addressed(stream, cast("Testbed", Api()))


def test_a_neighbor_is_described_only_where_one_is_declared() -> None:
    """A router with a listen range alone declares none."""
    assert "frr-reload" in {drill.name for drill in drills_for(stack("docker"))}
    assert "frr-reload" not in {drill.name for drill in drills_for(stack("kind"))}


@pytest.mark.parametrize(
    ("states", "good"),
    [
        (["Established"] * 3, True),
        (["Established", "Established", "Active"], False),
        # A dynamic neighbor that is lost is not shown at all.
        (["Established"] * 2, False),
        ([], False),
    ],
)
def test_every_dynamic_neighbor_has_to_be_there(states: list[str], good: bool) -> None:
    assert well(cast("Testbed", Routers("kind", states))) is good
