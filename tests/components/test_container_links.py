"""Loopbacks, routes and default gateways inside containers: those of the stack, and the nodes that kind makes."""

from __future__ import annotations

from typing import Any

import pytest

from components.stack.access import access_to
from config.stack import StackConfig
from tests.components.program import registered
from tests.config.containers import Change, changed

LOOPBACK = {"name": "loop1", "address": "10.7.0.1/32", "loopback": True}


def links(name: str, stack: StackConfig) -> dict[str, str]:
    """Host -> the script that sets its links and routes."""
    found = registered(lambda: access_to(stack), "cilium-edge", name, preview=True)
    return {each.removesuffix("-links"): props["create"] for _, each, props in found if each.endswith("-links")}


def test_the_shipped_stack_of_kind_sets_nothing_on_nodes() -> None:
    assert links("kind", changed("kind")) == {}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            lambda d: d["nodes"][1].update(routes=[{"to": "10.60.0.0/24", "via": "172.18.0.200"}]),
            "ip route replace 10.60.0.0/24 via 172.18.0.200",
        ),
        (lambda d: d["nodes"][1].update(defaultGateway="172.18.0.200"), "ip route replace default via 172.18.0.200"),
        (lambda d: d["nodes"][1]["interfaces"].append(LOOPBACK), "ip address replace 10.7.0.1/32 dev loop1"),
    ],
)
@pytest.mark.parametrize("settings", [{}, {"create": False}])
def test_a_node_of_kind_gets_what_the_file_says(change: Change, line: str, settings: dict[str, Any]) -> None:
    made = links("kind", changed("kind", change, lambda d: d["cluster"].update(settings)))
    beside = {"tor"} if settings else set()
    assert made.keys() == {"edge-worker", *beside} and line in made["edge-worker"]


def test_the_nodes_and_routers_of_kubeadm_get_it_too() -> None:
    made = links("docker", changed("docker"))
    assert made.keys() == {"cilium-r", "cilium-ctr", "cilium-w1", "cilium-w2", "cilium-w3"}
    assert "ip route replace 192.168.20.0/24 via 192.168.10.200" in made["cilium-w1"]
