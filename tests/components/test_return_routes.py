"""Which nodes need a static route back to the pods of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.bgp.return_routes import apply_script, delete_script
from effective.return_routes import return_routes
from tests.config.dev_stack import dev_stack

Document = dict[str, Any]
VIA = {
    "cilium-ctr": "192.168.10.200",
    "cilium-w1": "192.168.10.200",
    "cilium-w2": "192.168.10.200",
    "cilium-w3": "192.168.20.200",
}


def routes(change: Callable[[Document], object] | None = None) -> dict[str, str]:
    """Node -> next hop, where a route is needed."""
    return {route.node: str(route.via) for route in return_routes(dev_stack(change))}


def without(*names: str) -> dict[str, str]:
    return {name: via for name, via in VIA.items() if name not in names}


def test_every_node_of_the_dev_stack_goes_through_the_router_of_its_own_segment() -> None:
    assert routes() == VIA
    made = list(return_routes(dev_stack()))
    assert {(str(route.to), route.device) for route in made} == {("172.20.0.0/16", "eth1")}


def test_none_where_the_router_is_the_default_gateway() -> None:
    assert routes(lambda stack: stack["nodes"][0].update(defaultGateway="192.168.10.200")) == without("cilium-ctr")


def test_another_default_gateway_does_not_help() -> None:
    assert routes(lambda stack: stack["nodes"][0].update(defaultGateway="192.168.10.1")) == VIA


def test_a_loopback_address_of_the_router_is_no_gateway() -> None:
    assert routes(lambda stack: stack["nodes"][0].update(defaultGateway="10.10.1.200")) == VIA


@pytest.mark.parametrize(
    "change",
    [
        lambda stack: stack["bgp"].update(returnRoutes="off"),
        lambda stack: stack["cilium"].update(routingMode="tunnel"),
        lambda stack: stack.pop("bgp"),
        lambda stack: stack.pop("routers"),
    ],
    ids=["returnRoutes off", "tunnel", "no bgp", "no router"],
)
def test_none_at_all(change: Callable[[Document], object]) -> None:
    assert routes(change) == {}


@pytest.mark.parametrize("to", ["172.20.0.0/16", "172.16.0.0/12"])
def test_none_where_a_static_route_covers_the_pods_already(to: str) -> None:
    def change(stack: Document) -> None:
        stack["nodes"][3]["routes"].append({"to": to, "via": "192.168.20.200"})

    assert routes(change) == without("cilium-w3")


@pytest.mark.parametrize("to", ["172.20.0.0/17", "172.20.1.0/24", "10.0.0.0/8", "fd00::/8"])
def test_a_static_route_to_a_part_of_the_pods_is_not_enough(to: str) -> None:
    def change(stack: Document) -> None:
        via = "fd00::1" if ":" in to else "192.168.20.200"
        stack["nodes"][3]["routes"].append({"to": to, "via": via})

    assert routes(change) == VIA


def test_auto_direct_node_routes_help_on_one_subnet_alone() -> None:
    def direct(stack: Document) -> None:
        stack["cilium"]["autoDirectNodeRoutes"] = True

    def direct_on_one_subnet(stack: Document) -> None:
        direct(stack)
        del stack["nodes"][3]

    assert routes(direct) == VIA
    assert routes(direct_on_one_subnet) == {}


def test_a_node_on_no_segment_of_a_router_gets_no_route() -> None:
    def change(stack: Document) -> None:
        stack["nodes"][3]["interfaces"][0]["address"] = "192.168.30.100/24"

    assert routes(change) == without("cilium-w3")


def test_the_interface_that_shares_the_segment_is_used() -> None:
    def change(stack: Document) -> None:
        stack["nodes"][3]["interfaces"].insert(0, {"name": "eth0", "address": "192.168.30.100/24"})

    (route,) = [r for r in return_routes(dev_stack(change)) if r.node == "cilium-w3"]
    assert (str(route.via), route.device) == ("192.168.20.200", "eth1")


def test_the_next_hop_has_the_family_of_the_pods() -> None:
    def change(stack: Document) -> None:
        stack["routers"][0]["interfaces"].insert(0, {"name": "eth3", "address": "fd00::200/64"})
        stack["nodes"][0]["interfaces"].insert(0, {"name": "eth2", "address": "fd00::100/64"})

    assert routes(change) == VIA


def test_the_scripts_set_and_delete_the_same_route() -> None:
    route = next(return_routes(dev_stack()))
    assert "ip route replace 172.20.0.0/16 via 192.168.10.200 dev eth1 " in apply_script(route, "dev/bgp-route")
    assert "ip route del 172.20.0.0/16 via 192.168.10.200" in delete_script(route, "dev/bgp-route")
