"""Which containers and networks a stack of kind docker or kind has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from config.load import parse
from config.stack import StackConfig
from effective.containers import container_of, containers, networks

PROJECT = Path(__file__).resolve().parents[2]


def shipped(name: str, **cluster: Any) -> StackConfig:
    document = yaml.safe_load((PROJECT / f"Pulumi.{name}.yaml").read_text())["config"]["cilium-edge:stack"]
    document["cluster"] |= cluster
    return parse(document, name)


def test_of_several_networks_none_masquerades() -> None:
    """Docker would translate what a router passes from one network to another."""
    assert [(one.name, one.masquerade) for one in networks(shipped("docker"))] == [
        ("192.168.10.0-24", False),
        ("192.168.20.0-24", False),
    ]
    assert [(one.name, one.masquerade) for one in networks(shipped("egress-docker"))] == [("172.18.0.0-16", True)]


def test_the_engine_has_the_last_address_of_a_network_and_the_first_one_beside_kind() -> None:
    assert [str(one.gateway) for one in networks(shipped("docker"))] == ["192.168.10.254", "192.168.20.254"]
    assert [str(one.gateway) for one in networks(shipped("kind"))] == ["172.18.0.1"]


def test_kind_makes_the_nodes_and_names_them() -> None:
    stack = shipped("kind")
    assert [one.name for one in containers(stack)] == ["tor"]
    assert [container_of(stack, "kind", host) for host in ("tor", "edge-worker")] == ["kind-tor", "edge-worker"]
    assert container_of(shipped("docker"), "docker", "cilium-w1") == "docker-cilium-w1"


def test_the_network_of_a_cluster_that_exists_is_not_made() -> None:
    assert [one.existing for one in networks(shipped("kind"))] == [None]
    [network] = networks(shipped("kind", create=False, network="lab-net"))
    assert network.existing == "lab-net"
    # Docker fixes no address in it: the router gets its own one beside Docker's.
    [tor] = containers(shipped("kind", create=False))
    assert (tor.address, [str(one) for one in tor.added]) == (None, ["172.18.0.200/16"])
    [tor] = containers(shipped("kind"))
    assert (str(tor.address), tor.added) == ("172.18.0.200", ())
