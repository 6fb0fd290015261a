"""A kind cluster of somebody's own: it gets the edge, and stays when the edge goes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from lab.docker.engine import OURS
from lab.toolchain.build import bin_dir
from lab.toolchain.recipes import KIND
from tests.docker.conftest import NAME, Containers, client, prepared

pytestmark = pytest.mark.docker
NODES = (f"{NAME}-control-plane", f"{NAME}-worker")
# As people make it for Cilium: without kind's own CNI and without kube-proxy.
CONFIGURATION = {
    "kind": "Cluster",
    "apiVersion": "kind.x-k8s.io/v1alpha4",
    "networking": {"disableDefaultCNI": True, "kubeProxyMode": "none"},
    "nodes": [{"role": "control-plane"}, {"role": "worker"}],
}


@pytest.fixture
def edge(tmp_path: Path, engine: None) -> Iterator[Containers]:
    """The stack kind on a cluster that the kind CLI made with its own network."""
    edge = Containers(tmp_path / "project", "kind")
    prepared(edge)
    before = edge.volumes()
    kind("create", "cluster", "--name", NAME, "--image", "cilium-edge/node:v1.34.4", "--config", "-", place=tmp_path)
    try:
        yield edge
    finally:
        edge.run("destroy", "--yes", ok=False)
        kind("delete", "cluster", "--name", NAME, place=tmp_path)
        client().networks.get("kind").remove()
        assert edge.left() == [] and edge.volumes() <= before


def kind(*words: str, place: Path) -> None:
    command = [str(bin_dir(KIND) / "kind"), *words, "--kubeconfig", str(place / "kubeconfig")]
    environment = {**os.environ, "DOCKER_HOST": OURS.host, "HOME": str(place)}
    done = subprocess.run(
        command,
        input=json.dumps(CONFIGURATION),
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_it_gets_the_edge_and_stays(edge: Containers) -> None:
    # By default kind's network has IPv6 as well.
    described = client().networks.get("kind").attrs["IPAM"]["Config"]
    subnet = next(ip_network(one["Subnet"]) for one in described if ":" not in one["Subnet"])
    router = str(subnet.network_address + 200)

    def on_existing(stack: Any) -> None:
        stack["cluster"] |= {"create": False, "subnet": str(subnet)}
        # The only worker.
        stack["workloads"][0]["replicas"] = 1
        stack["nodes"] = [node for node in stack["nodes"] if node["name"] in NODES]
        [tor] = stack["routers"]
        tor["interfaces"] = [{"name": "eth0", "address": f"{router}/{subnet.prefixlen}"}]
        tor["bgp"] |= {"routerId": router, "listenRanges": [{"prefix": str(subnet), "peerGroup": "CILIUM"}]}
        stack["bgp"]["clusterConfigs"][0]["instances"][0]["peers"][0]["address"] = router

    nodes = {name: client().containers.get(name).id for name in NODES}
    # Docker may have given kind's network the subnet of the shipped stack, which is refused for that reason alone.
    elsewhere = json.loads(json.dumps(edge.original).replace("172.18.", "172.31."))
    elsewhere["config"]["cilium-edge:stack"]["cluster"]["subnet"] = "172.31.0.0/16"
    edge.write(elsewhere)
    refused = edge.run("up", ok=False)
    assert f"a kind cluster {NAME} exists that this stack did not make; use another cluster.name" in refused.stderr
    edge.run("destroy", "--yes")
    # What was refused is not undone either.
    assert {name: client().containers.get(name).id for name in NODES} == nodes
    edge.change(on_existing)
    edge.run("up", timeout=400)
    assert edge.verify()["green"]
    assert "no changes" in edge.run("up").stderr
    node = client().containers.get(NODES[1])
    set_on_node = ["sh", "-c", "ls /etc/cilium-edge; ip route show 10.244.0.0/16"]
    assert b"return-route" in node.exec_run(set_on_node)[1]
    destroyed = edge.run("destroy", "--yes", timeout=300)
    assert edge.left() == sorted(NODES), destroyed.stderr
    assert {name: client().containers.get(name).id for name in NODES} == nodes
    # What the program has set on the nodes and in the cluster is gone again.
    assert b"return-route" not in node.exec_run(set_on_node)[1]
    asked = ["kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "ds,svc", "-A", "-o", "name"]
    _, objects = client().containers.get(NODES[0]).exec_run(asked)
    assert objects.split() == [b"service/kubernetes", b"service/kube-dns"]
