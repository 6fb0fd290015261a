"""What the API has and what the operator makes of it: rules X4, B44 and P5."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.across.x04_api_version import served
from tests.e2e.harness import Edge
from tests.e2e.releases.helpers import release, speaks

pytestmark = [pytest.mark.versions, pytest.mark.alone]


def shared(stack: Any) -> None:
    """TCP and UDP of one number under one sharing key, and no telling them apart."""
    stack["cilium"]["values"]["loadBalancer"] = {"protocolDifferentiation": {"enabled": False}}
    stack["services"] += [
        {
            "name": f"dns-{protocol.lower()}",
            "selector": {"app": "webpod"},
            "ports": [{"port": 53, "protocol": protocol}],
            "annotations": {"lbipam.cilium.io/sharing-key": "dns"},
        }
        for protocol in ("TCP", "UDP")
    ]


def test_services_share_an_address_where_rule_p5_is_silent(edge: Edge) -> None:
    apart = speaks(edge, "P5", shared)
    assert apart is (release(edge) < (1, 19))
    edge.run("up")
    found = json.loads(edge.kubectl("get", "services", "dns-tcp", "dns-udp", "-o", "json"))["items"]
    addresses = [entry["ip"] for item in found for entry in item["status"]["loadBalancer"].get("ingress", [])]
    assert len(addresses) == 2 and (addresses[0] != addresses[1]) is apart


def fields(stack: Any) -> None:
    stack["bgp"]["peerConfigs"][0]["transport"] = {"sourceInterface": "eth1"}
    stack["bgp"]["advertisements"][0]["advertisements"].append({"type": "Interface", "interface": "eth1"})


def test_the_api_has_the_fields_of_which_rule_b44_is_silent(edge: Edge) -> None:
    lacking = speaks(edge, "B44", fields)
    assert lacking is (release(edge) < (1, 19))
    peers = {"apiVersion": "cilium.io/v2", "kind": "CiliumBGPPeerConfig", "metadata": {"name": "later"}}
    peers["spec"] = {"transport": {"sourceInterface": "eth1"}}
    routes = {"apiVersion": "cilium.io/v2", "kind": "CiliumBGPAdvertisement", "metadata": {"name": "later"}}
    entry = {"advertisementType": "Interface", "interface": {"name": "eth1"}}
    routes["spec"] = {"advertisements": [entry]}
    for item in (peers, routes):
        command = ["lab", "exec", "mgmt", "--", "kubectl", "apply", "--dry-run=server", "--validate=strict", "-f", "-"]
        done = edge.run(*command, ok=False, stdin=json.dumps(item))
        assert (done.returncode != 0) is lacking, done.stderr


def test_the_api_serves_the_versions_that_rule_x4_names(edge: Edge) -> None:
    items = json.loads(edge.kubectl("get", "crds", "-o", "json"))["items"]
    exact = tuple(map(int, edge.original["config"]["cilium-edge:stack"]["cilium"]["version"].split(".")))
    found = {
        item["spec"]["names"]["kind"]: {
            f"{item['spec']['group']}/{each['name']}" for each in item["spec"]["versions"] if each["served"]
        }
        for item in items
    }
    judged = {kind: served(kind, exact) for kind in found}  # type: ignore[arg-type]
    assert len(judged) > 10
    for kind, versions in judged.items():
        assert versions is None or set(versions) == found[kind], kind
    assert ("CiliumBGPPeeringPolicy" in found) is (exact < (1, 19))
