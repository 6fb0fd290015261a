"""A kind cluster, made by the kind CLI, with addresses that nobody knew before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.docker.conftest import NAME, Containers, client

pytestmark = pytest.mark.docker
NODES = (f"{NAME}-control-plane", f"{NAME}-worker", f"{NAME}-worker2")


def addresses() -> dict[str, str]:
    """Node -> the address that Docker tells."""
    network = f"{NAME}-172.18.0.0-16"
    return {
        name: client().containers.get(name).attrs["NetworkSettings"]["Networks"][network]["IPAddress"] for name in NODES
    }


def sessions(edge: Containers) -> set[str]:
    """The addresses of the neighbors that the router has."""
    _, shown = edge.container("tor").exec_run(["vtysh", "-c", "show bgp summary json"])
    peers = json.loads(shown)["ipv4Unicast"]["peers"]
    return {address for address, peer in peers.items() if peer["state"] == "Established"}


def test_it_is_proven_with_the_addresses_that_docker_gave(kind: Containers) -> None:
    found = kind.verify()
    assert found["green"] and len(found["verdicts"]) == 22, found
    assert sessions(kind) == set(addresses().values())
    assert "no changes" in kind.run("up").stderr
    kind.run("plan", "--expect-no-changes")
    kind.run("refresh", "--preview-only", "--expect-no-changes")


def test_routes_and_loopbacks_of_nodes_are_set(kind: Containers) -> None:
    """kind has no settings for these: the program sets them in the nodes."""

    def edit(stack: Any) -> None:
        node = stack["nodes"][1]
        node["routes"] = [{"to": "10.9.0.0/16", "via": "172.18.0.200"}]
        node["interfaces"].append({"name": "loop1", "address": "10.7.0.1/32", "loopback": True})

    def shown() -> bytes:
        return bytes(client().containers.get(NODES[1]).exec_run(["sh", "-c", "ip route; ip -4 address"])[1])

    kind.change(edit)
    try:
        kind.run("up")
        assert b"10.9.0.0/16 via 172.18.0.200" in shown() and b"10.7.0.1/32" in shown()
        assert "no changes" in kind.run("up").stderr
        kind.run("refresh", "--preview-only", "--expect-no-changes")
        assert kind.verify()["green"]
    finally:
        kind.reset()
    kind.run("up")
    assert b"10.9.0.0/16" not in shown() and b"10.7.0.1" not in shown()


def test_hosts_are_entered_and_settings_survive_a_reboot_of_a_node(kind: Containers) -> None:
    said = kind.run("lab", "exec", f"{NAME}-worker", "--", "hostname").stdout
    assert said.strip() == f"{NAME}-worker"
    node = client().containers.get(f"{NAME}-worker2")
    before = addresses()
    _, routes = node.exec_run(["sh", "-c", "ls /etc/cilium-edge && ip route show 10.244.0.0/16"])
    assert b"return-route" in routes and b"via 172.18.0.200" in routes
    node.restart(timeout=1)
    # The access container ends with the node, and comes back by itself if the node is quick.
    kind.run("up", "--refresh", timeout=300)
    assert kind.container(f"{NAME}-worker2-access").status == "running"
    assert kind.verify()["green"]
    assert sessions(kind) == set(addresses().values())
    assert set(addresses()) == set(before)


def test_a_node_with_another_address_is_learned_anew(kind: Containers) -> None:
    """Docker gives a node that starts again whatever is free."""
    name = f"{NAME}-worker"
    network, node = client().networks.get(f"{NAME}-172.18.0.0-16"), client().containers.get(name)
    former = addresses()[name]
    node.stop(timeout=1)
    network.disconnect(node)
    network.connect(node, ipv4_address="172.18.0.77")
    node.start()
    drift = kind.run("refresh", "--preview-only").stdout
    assert "kind-nodes" in drift
    kind.run("up", "--refresh", timeout=300)
    assert addresses()[name] == "172.18.0.77" != former
    assert "no changes" in kind.run("up").stderr
    # Rules judge the address that Docker gave, which no preview could have guessed.
    kind.change(
        lambda stack: stack["routers"][0]["bgp"].update(neighbors=[{"address": "172.18.0.77", "remoteAs": 65009}])
    )
    try:
        done = kind.run("check", ok=False)
        assert done.returncode == 2 and "expected 65009 (router tor), got 65001" in done.stdout
    finally:
        kind.reset()
